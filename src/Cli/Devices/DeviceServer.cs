using System.Net.Sockets;
using CurveRbd.Cli.Nbd;
using CurveRbd.Rbd;
using CurveRbd.Store;

namespace CurveRbd.Cli.Devices;

/// <summary>Serves an image to this host's kernel until somebody unmaps the device, or detaches this process from it.</summary>
internal sealed class DeviceServer(CommandSession session, Image image, DeviceServerLine line, NbdExport export)
{
    private readonly ParsedArguments _arguments = session.Arguments;

    private string Device => DevicePath.Of(line.Index);

    /// <exception cref="CommandException">ENOENT: no module nbd. EPERM. EBUSY: the device is in use.</exception>
    public async Task RunAsync()
    {
        using NbdKernel kernel = OpenKernel();
        (Socket ours, int kernels) = KernelSocket.CreatePair();
        var input = new NbdInput(ours);
        using var connection = new NbdConnection(ours, input, export);
        Task serving = connection.RunAsync();
        try
        {
            Connect(kernel, kernels);
            await ServeAsync(kernel, input, serving).ConfigureAwait(false);
        }
        finally
        {
            ours.Dispose();
            await serving.ConfigureAwait(false);
        }
    }

    private async Task ServeAsync(NbdKernel kernel, NbdInput input, Task serving)
    {
        var link = new DeviceLink(line.Path, line.Index);
        if (!link.TryCreate(out string? failure))
            session.Terminal.PrintErrorLine($"rbd: {failure}");
        using IDisposable sizes = image.WatchUpdates(new DeviceSize(kernel, line.Index, line.Cookie, image).Follow);
        QuiesceHook? hook = await StartHookAsync().ConfigureAwait(false);
        Daemon.Announce(session.Terminal, _arguments.Has(DeviceOptions.ShowCookie) ? $"{Device} {line.Cookie}" : Device);
        // The kernel keeps what it has sent and not seen answered, and sends it to the next process.
        await using (session.Interrupted.Register(input.End).ConfigureAwait(false))
            await serving.ConfigureAwait(false);
        if (hook is not null)
            await hook.StopAsync().ConfigureAwait(false);
        // A device without its process waits for the next one, which is to be found there.
        if (!session.Interrupted.IsCancellationRequested)
            link.Remove();
    }

    private NbdKernel OpenKernel()
    {
        try
        {
            return NbdKernel.Open(DeviceOptions.ReadModuleOptions(_arguments));
        }
        catch (StorageException e)
        {
            throw new CommandException(e.Errno, $"map failed: {e.Message}", e);
        }
    }

    private void Connect(NbdKernel kernel, int socket)
    {
        var settings = new NbdDeviceSettings(
            image.Size,
            export.Flags,
            line.Cookie,
            DeviceOptions.ReadIoTimeout(_arguments),
            _arguments.Get(DeviceOptions.ReattachTimeout, DeviceOptions.ReattachTimeoutSeconds));
        try
        {
            if (_arguments.Has(DeviceServerLine.Attach))
                kernel.Reconnect(line.Index, socket, settings);
            else
                kernel.Connect(line.Index, socket, settings);
        }
        catch (StorageException e)
        {
            throw new CommandException("map failed", e);
        }
        finally
        {
            _ = Libc.Close(socket);
        }
    }

    private async Task<QuiesceHook?> StartHookAsync()
    {
        if (!_arguments.Has(DeviceOptions.Quiesce) || image.IsReadOnly)
            return null;
        var hook = new QuiesceHook(image, _arguments.Get(DeviceOptions.QuiesceHook, QuiesceHook.DefaultPath), Device);
        await hook.StartAsync().ConfigureAwait(false);
        return hook;
    }
}
