namespace CurveRbd.Cli.Devices;

/// <summary>How a process that somebody waits for becomes one that nobody does.</summary>
internal static class Daemon
{
    /// <summary>
    /// Says that it is ready, and lets go of its starter's session and streams. It stays in its directory: a store may be named relative to it.
    /// </summary>
    public static void Announce(Terminal terminal, string line)
    {
        terminal.PrintLine(line);
        _ = Libc.BeginSession();
        using FileStream nowhere = new("/dev/null", FileMode.Open, FileAccess.ReadWrite);
        for (int standard = 0; standard <= 2; standard++)
            _ = Libc.Duplicate((int)nowhere.SafeFileHandle.DangerousGetHandle(), standard);
    }
}
