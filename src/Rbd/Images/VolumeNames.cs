using CurveRbd.Store;

namespace CurveRbd.Rbd;

/// <summary>How volumes are named after images, and images after volumes that were found.</summary>
internal static class VolumeNames
{
    // '%' before something that is not hexadecimal: no encoded name looks like that, so it meets no image's name.
    private const string ById = "%rbd.";

    public static string FromId(string imageId) => ById + imageId;

    /// <returns>null when the store can't hold such a name.</returns>
    public static string? FromImage(ByteName imageName, VolumeLimits limits)
    {
        string encoded = imageName.Encode();
        return encoded.Length <= limits.NameLengthMax ? encoded : null;
    }

    /// <summary>The name of the image that a volume without a claim is.</summary>
    /// <returns>null when it is nobody's image.</returns>
    public static ByteName? ToImage(string volumeName)
    {
        if (volumeName.StartsWith(ById, StringComparison.Ordinal))
            return null;
        return TryDecode(volumeName, out ByteName decoded) ? decoded : ByteName.FromText(volumeName);
    }

    /// <summary>The volumes that an image of this name may be, the encoded name first.</summary>
    public static IEnumerable<string> CandidatesOf(ByteName imageName)
    {
        yield return imageName.Encode();
        string literal = imageName.ToString();
        if (!TryDecode(literal, out _) && ToImage(literal) == imageName)
            yield return literal;
    }

    private static bool TryDecode(string volumeName, out ByteName name)
    {
        name = default;
        try
        {
            name = ByteName.Decode(volumeName);
        }
        catch (Exception error) when (error is FormatException or OverflowException)
        {
            return false; // a volume that another tool named
        }

        return string.Equals(name.Encode(), volumeName, StringComparison.Ordinal);
    }
}
