using System.Runtime.InteropServices;
using CurveRbd.Store;

namespace CurveRbd.Cli.Devices;

/// <summary>Takes a device away: what <c>rbd device unmap</c> and <c>rbd-nbd unmap</c> share.</summary>
internal sealed class DeviceUnmapping(CommandSession session, bool isForced)
{
    private readonly MappedDevices _devices = new();

    /// <param name="named">As on the line: an image or a device.</param>
    /// <param name="path">The image; null: it is a device.</param>
    public async Task RunAsync(string named, ImagePath? path)
    {
        MappedDevice? device = DeviceMapping.Find(session, named, path);
        int index = device?.Index ?? FindAbandoned(named);
        if (index < 0)
            throw NotMapped(named);
        if (device is not null && !isForced)
            WriteBack(device.Device);
        Disconnect(index);
        if (device is not null)
            await DeviceMapping.WaitForEndAsync(session, device.ProcessId).ConfigureAwait(false);
    }

    // A device whose process was killed is still there, for another to attach.
    private int FindAbandoned(string named) =>
        DevicePath.TryParse(named, out int index) && _devices.FindServer(index) is { } process && !_devices.IsRunning(process) ? index : -1;

    // ceph-csi takes either line for "nothing is left to do".
    private CommandException NotMapped(string named)
    {
        session.Terminal.PrintErrorLine($"rbd-nbd: {named} is not mapped");
        session.Terminal.PrintErrorLine($"rbd: {named}: not a mapped image or snapshot");
        return new CommandException(Errno.EINVAL, $"unmap failed: {ErrorText.Describe(Errno.EINVAL)}");
    }

    // Opened for itself alone: that fails while it is mounted, or a part of something.
    private static void WriteBack(string device)
    {
        byte[] path = [.. NativeText.Encode(device), 0];
        int file = Libc.Open(in path[0], Libc.ReadOnly | Libc.Exclusive | Libc.CloseOnExec);
        if (file < 0)
        {
            StorageException failure = Libc.LastError($"open {device}");
            if (failure.Errno == Errno.EBUSY)
                throw new CommandException("unmap failed", failure);
            return;
        }

        int result = Libc.Sync(file);
        int errno = Marshal.GetLastPInvokeError();
        _ = Libc.Close(file);
        if (result != 0)
            throw new CommandException("unmap failed", new StorageException((Errno)errno, $"{device} can't be flushed; -o force gives up what it holds"));
    }

    private static void Disconnect(int index)
    {
        try
        {
            using NbdKernel kernel = NbdKernel.Open([]);
            kernel.Disconnect(index);
        }
        catch (StorageException e)
        {
            throw new CommandException("unmap failed", e);
        }
    }
}
