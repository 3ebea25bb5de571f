using System.Diagnostics;
using System.Globalization;
using CurveRbd.Store;

namespace CurveRbd.Cli;

/// <summary>Dates as people write them: "now + 2 hours", "tomorrow", "2026-12-24 18:00". /bin/date reads them, as it does for Ceph.</summary>
internal static class DateText
{
    private const string Program = "/bin/date";

    /// <exception cref="CommandException">EINVAL: no date. What else starting a program can say.</exception>
    public static async Task<DateTimeOffset> ParseAsync(string text, CancellationToken cancellationToken)
    {
        try
        {
            (string output, string error) = await RunAsync(text, cancellationToken).ConfigureAwait(false);
            if (long.TryParse(output.Trim(), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long seconds))
                return DateTimeOffset.FromUnixTimeSeconds(seconds);
            throw new StorageException(Errno.EINVAL, $"not a date: '{text}'; {error.Trim()}");
        }
        catch (System.ComponentModel.Win32Exception e)
        {
            throw Failed(new StorageException((Errno)e.NativeErrorCode, $"start {Program}: {e.Message}", e));
        }
        catch (Exception e) when (e is StorageException or ArgumentOutOfRangeException)
        {
            throw Failed(e as StorageException ?? new StorageException(Errno.EINVAL, $"no date that we can keep: '{text}'", e));
        }
    }

    private static async Task<(string Output, string Error)> RunAsync(string text, CancellationToken cancellationToken)
    {
        var start = new ProcessStartInfo(Program, [$"--date={text}", "+%s"])
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using Process date = Process.Start(start) ?? throw new StorageException(Errno.ENOENT, $"{Program} does not start");
        Task<string> error = date.StandardError.ReadToEndAsync(cancellationToken);
        string output = await date.StandardOutput.ReadToEndAsync(cancellationToken).ConfigureAwait(false);
        await date.WaitForExitAsync(cancellationToken).ConfigureAwait(false);
        return (output, await error.ConfigureAwait(false));
    }

    private static CommandException Failed(StorageException cause) => new($"error calling {Program}", cause);
}
