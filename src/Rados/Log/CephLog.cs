using System.Globalization;

namespace CurveRbd.Rados;

/// <summary>
/// Where a client's messages go: log_file and stderr, as the configuration says at the time, in the format of Ceph's log lines.
/// What can't be written is dropped: logging never fails its caller, and never goes to stdout.
/// </summary>
internal sealed class CephLog(CephConf conf, TimeProvider time) : IDisposable
{
    private readonly Lock _lock = new();
    private int _file = -1;
    private string _filePath = "";

    public CephConf Conf { get; } = conf;

    public void Write(string subsystem, int level, int gatherLevel, string message)
    {
        bool gathered = level <= gatherLevel;
        string path = gathered && Conf.GetBool("log_to_file") ? Conf.GetText("log_file") : "";
        bool toStderr = (gathered && Conf.GetBool("log_to_stderr")) || (level < 0 && Conf.GetBool("err_to_stderr"));
        if (path.Length == 0 && !toStderr)
            return;

        string line = Format(time.GetLocalNow(), level, subsystem, message);
        if (toStderr)
            LineWriter.WriteToStandardError(Conf.GetText("log_stderr_prefix") + line);
        if (path.Length > 0)
            WriteToFile(path, line);
    }

    public void Dispose()
    {
        lock (_lock)
            Close();
    }

    internal static string Format(DateTimeOffset now, int level, string subsystem, string message)
    {
        string zone = now.ToString("zzz", CultureInfo.InvariantCulture).Replace(":", "", StringComparison.Ordinal);
        string stamp = now.ToString("yyyy-MM-dd'T'HH:mm:ss.fff", CultureInfo.InvariantCulture) + zone;
        return $"{stamp} {Environment.CurrentManagedThreadId:x12} {level,2} {subsystem}: {message}";
    }

    private void WriteToFile(string path, string line)
    {
        lock (_lock)
        {
            Open(path);
            if (_file >= 0)
                LineWriter.Write(_file, line);
        }
    }

    // A path that can't be opened is not tried again for every line.
    private void Open(string path)
    {
        if (path == _filePath)
            return;
        Close();
        _filePath = path;
        _file = LineWriter.OpenForAppend(path);
    }

    private void Close()
    {
        if (_file >= 0)
            _ = Libc.Close(_file);
        _file = -1;
        _filePath = "";
    }
}
