using System.Diagnostics;
using CurveRbd.Store;

namespace CurveRbd.Cli.Devices;

/// <summary>Starts this program once more, to serve a device for as long as it is mapped.</summary>
internal static class DeviceServerProcess
{
    /// <returns>What it said when the device was there.</returns>
    /// <exception cref="CommandException">It ended instead; with its last words.</exception>
    public static async Task<string> StartAsync(CommandSession session, IEnumerable<string> line)
    {
        string program = Environment.ProcessPath ?? throw new CommandException(Errno.ENOENT, "this program does not know where it is");
        var start = new ProcessStartInfo(program, line)
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using Process process = Process.Start(start) ?? throw new CommandException(Errno.ENOENT, $"{program} does not start");
        process.StandardInput.Close();
        Task<string> output = process.StandardOutput.ReadToEndAsync(CancellationToken.None);
        Task<string> error = process.StandardError.ReadToEndAsync(CancellationToken.None);
        try
        {
            // It closes both when it has become a daemon.
            await Task.WhenAll(output, error).WaitAsync(session.Interrupted).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            _ = Libc.Kill(process.Id, Libc.SignalTerminate);
            throw;
        }

        string said = await output.ConfigureAwait(false);
        string complaints = await error.ConfigureAwait(false);
        if (said.Length == 0)
            throw await FailureAsync(process, session.Terminal, complaints).ConfigureAwait(false);
        session.Terminal.PrintError(complaints);
        return said;
    }

    // Its last line is told as our own.
    private static async Task<CommandException> FailureAsync(Process process, Terminal terminal, string complaints)
    {
        await process.WaitForExitAsync(CancellationToken.None).ConfigureAwait(false);
        string[] lines = complaints.TrimEnd('\n').Split('\n');
        foreach (string line in lines[..^1])
            terminal.PrintErrorLine(line);
        string last = lines[^1];
        int colon = last.IndexOf(": ", StringComparison.Ordinal);
        return new CommandException(process.ExitCode == 0 ? (int)Errno.EIO : process.ExitCode, colon < 0 ? $"map failed: {last}" : last[(colon + 2)..]);
    }
}
