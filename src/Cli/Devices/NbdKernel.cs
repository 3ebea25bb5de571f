using System.Diagnostics;
using CurveRbd.Store;

namespace CurveRbd.Cli.Devices;

/// <summary>The kernel's side of /dev/nbdN: its netlink family "nbd" (Linux 4.12 or later).</summary>
internal sealed class NbdKernel : IDisposable
{
    private const byte CommandConnect = 1;
    private const byte CommandDisconnect = 2;
    private const byte CommandReconfigure = 3;

    private const ushort AttributeIndex = 1;
    private const ushort AttributeSizeBytes = 2;
    private const ushort AttributeBlockSizeBytes = 3;
    private const ushort AttributeTimeout = 4;
    private const ushort AttributeServerFlags = 5;
    private const ushort AttributeSockets = 7;
    private const ushort AttributeDeadConnectionTimeout = 8;
    private const ushort AttributeBackendIdentifier = 10;
    private const ushort AttributeSocketItem = 1;
    private const ushort AttributeSocketDescriptor = 1;

    // What disks of guests are partitioned in.
    private const ulong BlockSize = 512;

    private readonly GenericNetlink _netlink;

    private NbdKernel(GenericNetlink netlink) => _netlink = netlink;

    /// <summary>Loads the module when it is absent.</summary>
    /// <param name="moduleOptions">As in "max_part=16"; without effect on a module that is loaded already.</param>
    /// <exception cref="StorageException">ENOENT: there is no such module, or it can't be loaded.</exception>
    public static NbdKernel Open(IEnumerable<string> moduleOptions)
    {
        if (TryOpen() is { } kernel)
            return kernel;
        string failure = TryLoad(moduleOptions);
        return TryOpen() ?? throw new StorageException(
            Errno.ENOENT, $"the kernel's module nbd is not loaded; as root: modprobe nbd{(failure.Length == 0 ? "" : $" ({failure})")}");
    }

    /// <param name="index">Of the device.</param>
    /// <param name="socket">Descriptor of the kernel's end.</param>
    /// <exception cref="StorageException">EBUSY: the device is in use. EPERM: not root.</exception>
    public void Connect(int index, int socket, NbdDeviceSettings settings) =>
        Call("connect", CommandConnect, NewAttributes(index, socket, settings));

    /// <summary>Gives a device whose process has gone to this one.</summary>
    /// <exception cref="StorageException">EINVAL: another cookie, or nothing is mapped there.</exception>
    public void Reconnect(int index, int socket, NbdDeviceSettings settings) =>
        Call("reconnect", CommandReconfigure, NewAttributes(index, socket, settings));

    public void Resize(int index, ulong size, string cookie)
    {
        NetlinkAttributes attributes = new NetlinkAttributes().U32(AttributeIndex, (uint)index).U64(AttributeSizeBytes, size);
        Call("resize", CommandReconfigure, attributes.Text(AttributeBackendIdentifier, cookie));
    }

    public void Disconnect(int index) =>
        Call("disconnect", CommandDisconnect, new NetlinkAttributes().U32(AttributeIndex, (uint)index));

    public void Dispose() => _netlink.Dispose();

    private static NetlinkAttributes NewAttributes(int index, int socket, NbdDeviceSettings settings)
    {
        NetlinkAttributes attributes = new NetlinkAttributes().U32(AttributeIndex, (uint)index);
        if (settings.IoTimeoutSeconds is { } timeout)
            attributes.U64(AttributeTimeout, timeout);
        return attributes
            .U64(AttributeSizeBytes, settings.Size)
            .U64(AttributeBlockSizeBytes, BlockSize)
            .U64(AttributeServerFlags, (ulong)settings.Flags)
            .U64(AttributeDeadConnectionTimeout, settings.ReattachTimeoutSeconds)
            .Text(AttributeBackendIdentifier, settings.Cookie)
            .Nest(AttributeSockets, new NetlinkAttributes().Nest(
                AttributeSocketItem, new NetlinkAttributes().U32(AttributeSocketDescriptor, (uint)socket)));
    }

    private void Call(string what, byte command, NetlinkAttributes attributes)
    {
        try
        {
            _netlink.Call(command, attributes);
        }
        catch (StorageException e)
        {
            string hint = e.Errno == Errno.EPERM ? "; only root may do that" : "";
            throw new StorageException(e.Errno, $"nbd {what}: {e.Message}{hint}", e);
        }
    }

    private static NbdKernel? TryOpen()
    {
        try
        {
            return new NbdKernel(GenericNetlink.Open("nbd"));
        }
        catch (StorageException e) when (e.Errno == Errno.ENOENT)
        {
            return null;
        }
    }

    /// <returns>Why not; empty when it worked.</returns>
    private static string TryLoad(IEnumerable<string> options)
    {
        try
        {
            var start = new ProcessStartInfo("modprobe", ["nbd", .. options]) { UseShellExecute = false, RedirectStandardError = true };
            using Process modprobe = Process.Start(start)!;
            string error = modprobe.StandardError.ReadToEnd().Trim();
            modprobe.WaitForExit();
            return error;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return "modprobe does not start";
        }
    }
}
