using CurveRbd.Store;

namespace CurveRbd.Rados;

/// <summary>Where configuration files are looked for.</summary>
internal static class ConfFileSearch
{
    /// <summary>The first file of a list ("a,b") that can be read.</summary>
    /// <exception cref="StorageException">ENOENT: none can. EINVAL: not a configuration file.</exception>
    public static ConfFile ReadFirst(IEnumerable<string> paths)
    {
        List<string> tried = [];
        foreach (string path in paths)
        {
            if (TryRead(path) is { } content)
                return ConfFile.Parse(path, content);
            tried.Add(path);
        }

        throw new StorageException(Errno.ENOENT, $"no configuration file can be read; tried {string.Join(", ", tried)}");
    }

    public static IReadOnlyList<string> DefaultPaths(string cluster) =>
        Environment.GetEnvironmentVariable("CEPH_CONF") is { } list
            ? SplitList(list)
            : [$"/etc/ceph/{cluster}.conf", $"{Home}/.ceph/{cluster}.conf", $"./{cluster}.conf"];

    public static string[] SplitList(string paths) => paths.Split([',', ';'], StringSplitOptions.RemoveEmptyEntries);

    public static string Home => Environment.GetEnvironmentVariable("HOME") ?? "";

    /// <returns>null when the file can't be read, whatever the reason.</returns>
    public static byte[]? TryRead(string path)
    {
        try
        {
            return File.ReadAllBytes(path);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            return null;
        }
    }
}
