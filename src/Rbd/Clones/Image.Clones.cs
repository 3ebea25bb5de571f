using CurveRbd.Store;

namespace CurveRbd.Rbd;

public sealed partial class Image
{
    /// <summary>How much of the parent shows through, in bytes; 0 without a parent. Shrinks with the image and does not grow again.</summary>
    public ulong Overlap => Header.Parent?.Overlap ?? 0;

    /// <returns>null: it is no clone, or flattened.</returns>
    public ValueTask<ImageParent?> GetParentAsync(CancellationToken cancellationToken) => throw Unsupported("parents");

    /// <summary>Clones of the snapshot that this handle is at, or of all snapshots, by name.</summary>
    public Task<IReadOnlyList<ImageChild>> ListChildrenAsync(CancellationToken cancellationToken) => throw Unsupported("children");

    /// <summary>Clones, their clones, and so on.</summary>
    public Task<IReadOnlyList<ImageChild>> ListDescendantsAsync(CancellationToken cancellationToken) => throw Unsupported("descendants");

    /// <summary>Copies what shows through from the parent and cuts the link to it.</summary>
    /// <exception cref="StorageException">EINVAL: no parent. EROFS: read-only, or at a snapshot.</exception>
    /// <exception cref="CallbackAbortedException">What has been copied is kept; another call goes on from there.</exception>
    public Task FlattenAsync(ProgressCallback? progress, CancellationToken cancellationToken) => throw Unsupported("flatten");
}
