using CurveRbd.Cli.Rbd;
using CurveRbd.Rados;

namespace CurveRbd.Cli.Devices;

/// <summary>
/// The command line of a process that serves a device, behind the program's name: who connects where, <see cref="Name"/>, the image and
/// how it is mapped. Who maps writes it, who lists reads it.
/// </summary>
internal sealed record DeviceServerLine(int Index, ImagePath Path, string Cookie)
{
    public const string Name = "nbd device";

    /// <summary>Makes a new process of a device that an earlier one had.</summary>
    public static readonly Switch Attach = new("attach", "go on where an earlier process ended");

    public static Option[] Options { get; } = [.. SpecOptions.OfImageOrSnapshot, .. DeviceOptions.All, Attach];

    /// <param name="path">With its pool.</param>
    /// <param name="options">Of <see cref="Options"/>.</param>
    public static string[] Build(CephConf conf, ImagePath path, IEnumerable<string> options) =>
    [
        $"--cluster={NativeText.FromName((Store.ByteName)conf.ClusterName)}",
        $"--name={NativeText.FromName((Store.ByteName)conf.Name.ToString())}",
        .. conf.FilePath is { } file ? [$"--conf={System.IO.Path.GetFullPath(file)}"] : Array.Empty<string>(),
        .. conf.Given.Select(given => $"--{given.Option}={NativeText.FromName(given.Value)}"),
        .. Name.Split(' '),
        .. new[] { (SpecOptions.Pool, path.Pool), (SpecOptions.Namespace, path.Namespace), (SpecOptions.Image, path.Image), (SpecOptions.Snapshot, path.Snapshot) }
            .Where(part => part.Item2.Length > 0)
            .Select(part => $"--{part.Item1.Name}={part.Item2}"),
        .. options,
    ];

    /// <returns>null: the command line of something else.</returns>
    public static DeviceServerLine? TryParse(IReadOnlyList<string> line)
    {
        string[] words = [.. line.SkipWhile(word => word != Name.Split(' ')[0]).Where(word => word.Length > 0)];
        if (words is not ["nbd", "device", .. var rest])
            return null;
        try
        {
            return Read(new ArgumentParser(Options, []).Parse(rest));
        }
        catch (Exception e) when (e is UsageException or CommandException)
        {
            return null;
        }
    }

    /// <exception cref="CommandException">EINVAL: no device is named.</exception>
    public static DeviceServerLine Read(ParsedArguments arguments)
    {
        string device = arguments.Get(DeviceOptions.Device, "");
        if (!DevicePath.TryParse(device, out int index))
            throw DeviceMapping.NotADevice(device);
        // Named apart: an image's name may look like a spec.
        var path = new ImagePath(
            arguments.Get(SpecOptions.Pool, ""), arguments.Get(SpecOptions.Namespace, ""), arguments.Get(SpecOptions.Image, ""),
            arguments.Get(SpecOptions.Snapshot, ""));
        return new DeviceServerLine(index, path, arguments.Get(DeviceOptions.Cookie, ""));
    }
}
