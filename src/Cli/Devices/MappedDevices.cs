using System.Globalization;

namespace CurveRbd.Cli.Devices;

/// <summary>
/// The mapped images of this host. Nothing is written down: a mapped image is a process that serves it, whose command line says which and
/// as which device.
/// </summary>
/// <param name="system">Where /sys and /proc are.</param>
internal sealed class MappedDevices(string system = "")
{
    private string Blocks => $"{system}/sys/block";

    private string Processes => $"{system}/proc";

    /// <summary>By device.</summary>
    public IReadOnlyList<MappedDevice> List() =>
        [.. EnumerateNumbers(Processes, "").Select(TryRead).OfType<MappedDevice>().OrderBy(device => device.Index)];

    /// <summary>The numbers of devices that nobody serves, existing ones first; the kernel makes others when they are asked for.</summary>
    public IEnumerable<int> EnumerateFree()
    {
        int[] existing = [.. EnumerateNumbers(Blocks, "nbd").Order()];
        return existing.Where(index => FindServer(index) is null).Append(existing.Length == 0 ? 0 : existing[^1] + 1);
    }

    /// <returns>The id of the thread that connected the device; null when nobody has.</returns>
    public int? FindServer(int index) =>
        TryReadText($"{Blocks}/nbd{index}/pid") is { } text && int.TryParse(text, CultureInfo.InvariantCulture, out int thread) ? thread : null;

    /// <returns>The cookie that the kernel keeps with the device; null: none, or an older kernel.</returns>
    public string? FindCookie(int index) => TryReadText($"{Blocks}/nbd{index}/backend");

    /// <param name="id">Of a process or a thread.</param>
    public bool IsRunning(int id) => Directory.Exists($"{Processes}/{id}");

    private MappedDevice? TryRead(int process) =>
        TryReadText($"{Processes}/{process}/cmdline") is { } line
        && DeviceServerLine.TryParse(line.Split('\0')) is { } server
        && FindServer(server.Index) is not null
            ? new MappedDevice(process, server.Index, server.Path, server.Cookie)
            : null;

    private static IEnumerable<int> EnumerateNumbers(string folder, string prefix)
    {
        if (!Directory.Exists(folder))
            yield break;
        foreach (string path in Directory.EnumerateFileSystemEntries(folder, $"{prefix}*"))
        {
            if (int.TryParse(Path.GetFileName(path).AsSpan(prefix.Length), NumberStyles.None, CultureInfo.InvariantCulture, out int number))
                yield return number;
        }
    }

    private static string? TryReadText(string path)
    {
        try
        {
            // Not File.ReadAllBytes: files of /sys are shorter than they say.
            using FileStream file = File.OpenRead(path);
            using var content = new MemoryStream();
            file.CopyTo(content);
            return NativeText.Decode(content.ToArray()).TrimEnd('\n');
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null; // the process or the connection has just ended
        }
    }
}
