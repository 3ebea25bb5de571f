using CurveRbd.Cli.Devices;
using CurveRbd.Store;

namespace CurveRbd.Cli.Rbd;

/// <summary>An image, snapshot or device that a command takes back.</summary>
/// <param name="Text">As it was given.</param>
/// <param name="Path">null: it is a device.</param>
internal sealed record DeviceSpec(string Text, ImagePath? Path)
{
    public static readonly Positional Word =
        new("image-or-snap-or-device-spec", "image, snapshot or device: [<pool>/[<namespace>/]]<image>[@<snap>], or /dev/nbd<num>");

    /// <exception cref="CommandException">EINVAL: nothing is named, or no device of ours could have that path.</exception>
    public static DeviceSpec Read(ParsedArguments arguments)
    {
        if (arguments.Find(SpecOptions.Image) is { Length: > 0 })
        {
            ImagePath named = SpecOptions.ReadImageOrSnapshot(arguments);
            return new DeviceSpec(named.Pool.Length == 0 ? named.ToString() : named.ToFullText(), named);
        }

        if (arguments.RemainingWords() is not [var word, ..])
            throw new CommandException(Errno.EINVAL, "must specify nbd device or image-or-snap-spec");
        if (!word.StartsWith("/dev/", StringComparison.Ordinal))
            return new DeviceSpec(word, SpecOptions.ReadImageOrSnapshot(arguments));
        // /dev/rbd/POOL/IMAGE is a link to the device.
        string device = new FileInfo(word).LinkTarget is { } target && DevicePath.TryParse(target, out _) ? target : word;
        return DevicePath.TryParse(device, out _) ? new DeviceSpec(device, null) : throw DeviceMapping.NotADevice(word);
    }
}
