using CurveRbd.Store;

namespace CurveRbd.Cli.Devices;

/// <summary>What <c>rbd device map</c>, <c>rbd device attach</c> and <c>rbd-nbd</c> share: a process is started that serves the device.</summary>
internal static class DeviceMapping
{
    /// <param name="options">Of <see cref="DeviceOptions"/>, as words.</param>
    public static async Task MapAsync(CommandSession session, ImagePath path, IReadOnlyList<string> options)
    {
        ParsedArguments parsed = Check(options);
        string[] cookie = parsed.Has(DeviceOptions.Cookie) ? [] : [$"--{DeviceOptions.Cookie.Name}={Guid.NewGuid()}"];
        if (parsed.Has(DeviceOptions.Device))
            await StartAsync(session, path, [.. options, .. cookie]).ConfigureAwait(false);
        else
            await MapToFreeAsync(session, path, [.. options, .. cookie]).ConfigureAwait(false);
    }

    /// <param name="isForced">Without the cookie.</param>
    /// <inheritdoc cref="MapAsync"/>
    public static async Task AttachAsync(CommandSession session, ImagePath path, IReadOnlyList<string> options, bool isForced)
    {
        ParsedArguments parsed = Check(options);
        if (!DevicePath.TryParse(parsed.Get(DeviceOptions.Device, ""), out int index))
            throw new CommandException(Errno.EINVAL, "must specify device to attach");
        var devices = new MappedDevices();
        if (devices.List().Any(device => device.Index == index))
            throw new CommandException(Errno.EBUSY, $"{DevicePath.Of(index)} has a process that serves it");
        string[] cookie = parsed.Has(DeviceOptions.Cookie) ? []
            : isForced ? [$"--{DeviceOptions.Cookie.Name}={devices.FindCookie(index)}"]
            : throw new CommandException(Errno.EINVAL, "must specify cookie to attach");
        await StartAsync(session, path, [.. options, .. cookie, $"--{DeviceServerLine.Attach.Name}"]).ConfigureAwait(false);
    }

    /// <summary>Lets the process end that serves a device, and leaves the device waiting for another.</summary>
    /// <param name="named">An image or a device.</param>
    public static async Task DetachAsync(CommandSession session, string named, ImagePath? path)
    {
        MappedDevice device = Find(session, named, path) ?? throw new CommandException(Errno.ENOENT, $"no process attached to {named} found");
        if (Libc.Kill(device.ProcessId, Libc.SignalTerminate) != 0)
            throw new CommandException("detach failed", Libc.LastError($"kill {device.ProcessId}"));
        await WaitForEndAsync(session, device.ProcessId).ConfigureAwait(false);
    }

    /// <returns>The device that an image has, or that has the path.</returns>
    public static MappedDevice? Find(CommandSession session, string named, ImagePath? path)
    {
        IReadOnlyList<MappedDevice> devices = new MappedDevices().List();
        if (path is null)
            return devices.FirstOrDefault(device => device.Device == named);
        ImagePath complete = session.Complete(path);
        return devices.FirstOrDefault(device => device.Path == complete);
    }

    /// <exception cref="CommandException">ETIMEDOUT: it still serves.</exception>
    public static async Task WaitForEndAsync(CommandSession session, int process)
    {
        var devices = new MappedDevices();
        for (long begun = Environment.TickCount64; devices.IsRunning(process);)
        {
            // What it still has to write may take a while.
            if (Environment.TickCount64 - begun > 60_000)
                throw new CommandException(Errno.ETIMEDOUT, $"waiting for the end of process {process} timed out");
            await Task.Delay(20, session.Interrupted).ConfigureAwait(false);
        }
    }

    private static ParsedArguments Check(IReadOnlyList<string> options)
    {
        ParsedArguments parsed = new ArgumentParser(DeviceOptions.All, []).Parse(options);
        if (parsed.Find(DeviceOptions.Device) is { } device && !DevicePath.TryParse(device, out _))
            throw NotADevice(device);
        return parsed;
    }

    public static CommandException NotADevice(string path) =>
        new(Errno.EINVAL, $"invalid device path: {path} (expected {DevicePath.Of(0)[..^1]}{{num}})");

    private static async Task MapToFreeAsync(CommandSession session, ImagePath path, string[] options)
    {
        int[] free = [.. new MappedDevices().EnumerateFree()];
        for (int i = 0; ; i++)
        {
            try
            {
                await StartAsync(session, path, [.. options, $"--{DeviceOptions.Device.Name}={DevicePath.Of(free[i])}"]).ConfigureAwait(false);
                return;
            }
            catch (CommandException e) when (e.ExitCode == (int)Errno.EBUSY && i < free.Length - 1)
            {
                // Somebody else has taken it meanwhile.
            }
        }
    }

    private static async Task StartAsync(CommandSession session, ImagePath path, IEnumerable<string> options) =>
        session.Terminal.Print(await DeviceServerProcess.StartAsync(
            session, DeviceServerLine.Build(session.Conf, session.Complete(path), options)).ConfigureAwait(false));
}
