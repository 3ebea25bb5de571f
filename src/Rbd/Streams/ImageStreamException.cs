using CurveRbd.Store;

namespace CurveRbd.Rbd;

/// <summary>A stream of an image or of a difference can't be used.</summary>
/// <param name="summary">What could not be done, in the words of Ceph's commands.</param>
/// <param name="detail">Why.</param>
/// <param name="isMalformed">false: the stream is well-formed, but not made for this image.</param>
public sealed class ImageStreamException(Errno errno, string summary, string detail, bool isMalformed = true, Exception? inner = null)
    : Exception($"{summary}: {detail}", inner)
{
    /// <summary>EBADMSG: it ends too early or its lengths contradict each other. EINVAL: a value that makes no sense. EEXIST.</summary>
    public Errno Errno { get; } = errno;

    public string Summary { get; } = summary;

    public bool IsMalformed { get; } = isMalformed;
}
