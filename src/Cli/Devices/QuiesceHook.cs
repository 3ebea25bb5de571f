using System.Diagnostics;
using CurveRbd.Rbd;
using CurveRbd.Store;

namespace CurveRbd.Cli.Devices;

/// <summary>Runs a program before and after each snapshot of a mapped image, so that its file system is at rest.</summary>
internal sealed class QuiesceHook(Image image, string program, string device)
{
    /// <summary>Where Ceph's rbd-nbd has its own, which freezes what is mounted.</summary>
    public const string DefaultPath = "/usr/lib/rbd-nbd/rbd-nbd_quiesce";

    private ulong _handle;

    public async Task StartAsync() => _handle = await image.AddQuiesceWatchAsync(
        () => _ = Task.Run(QuiesceAsync), () => _ = Task.Run(() => RunAsync("unquiesce")), CancellationToken.None).ConfigureAwait(false);

    public Task StopAsync() => image.RemoveQuiesceWatchAsync(_handle);

    private async Task QuiesceAsync()
    {
        int status = await RunAsync("quiesce").ConfigureAwait(false);
        try
        {
            image.CompleteQuiesce(_handle, -status);
        }
        catch (StorageException)
        {
            // Whoever asked waits no more.
        }
    }

    /// <returns>Its exit status: 0, or the error that fails the snapshot.</returns>
    private async Task<int> RunAsync(string action)
    {
        try
        {
            using Process hook = Process.Start(new ProcessStartInfo(program, [device, action]))!;
            await hook.WaitForExitAsync().ConfigureAwait(false);
            return hook.ExitCode;
        }
        catch (System.ComponentModel.Win32Exception e)
        {
            return e.NativeErrorCode;
        }
    }
}
