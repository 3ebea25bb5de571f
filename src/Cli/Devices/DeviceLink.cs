using System.Diagnostics.CodeAnalysis;

namespace CurveRbd.Cli.Devices;

/// <summary>
/// /dev/rbd/POOL/[NAMESPACE/]IMAGE[@SNAP], a link to the device. Ceph's udev rule makes it for devices of Ceph's kernel client; os-brick
/// looks for it.
/// </summary>
/// <param name="root">Where the links are.</param>
internal sealed class DeviceLink(ImagePath image, int index, string root = "/dev/rbd")
{
    private readonly string _path = Path.Combine(root, image.ToFullText());

    public bool TryCreate([NotNullWhen(false)] out string? failure)
    {
        failure = null;
        // An image's name must not lead out of the directory.
        if (Path.GetFullPath(_path) != _path)
            return true;
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(_path)!);
            File.Delete(_path);
            File.CreateSymbolicLink(_path, DevicePath.Of(index));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            failure = $"no link to {DevicePath.Of(index)}: {e.Message}";
        }

        return failure is null;
    }

    /// <summary>Unless it is another device's by now.</summary>
    public void Remove()
    {
        try
        {
            if (new FileInfo(_path).LinkTarget == DevicePath.Of(index))
                File.Delete(_path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // The next one to map the image replaces it.
        }
    }
}
