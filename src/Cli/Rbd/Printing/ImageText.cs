using CurveRbd.Store;

namespace CurveRbd.Cli.Rbd;

/// <summary>Images as listings name them.</summary>
internal static class ImageText
{
    /// <summary>"pool/image" or "pool/namespace/image".</summary>
    public static string Path(ByteName pool, ByteName ns, ByteName image) => ns.IsEmpty
        ? $"{NativeText.FromName(pool)}/{NativeText.FromName(image)}"
        : $"{NativeText.FromName(pool)}/{NativeText.FromName(ns)}/{NativeText.FromName(image)}";
}
