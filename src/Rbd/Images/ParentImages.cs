namespace CurveRbd.Rbd;

/// <summary>The images that an open image's layers come from besides itself.</summary>
/// <param name="onChange">See <see cref="ParentImage.OpenAsync"/>.</param>
internal sealed class ParentImages(ImagePool child, Func<Task> onChange)
{
    private readonly List<ParentImage> _open = [];
    private readonly HashSet<ParentImage> _used = [];

    /// <summary>All that are open.</summary>
    public IReadOnlyList<ParentImage> GetAll() => [.. _open];

    public async ValueTask<ImageFollower> GetAsync(ParentLink link)
    {
        ParentImage? parent = _open.Find(
            open => open.Follower.Pool.Id == link.PoolId && string.Equals(open.Follower.Id, link.ImageId, StringComparison.Ordinal));
        if (parent is null)
            _open.Add(parent = await ParentImage.OpenAsync(child, link, onChange).ConfigureAwait(false));
        _used.Add(parent);
        return parent.Follower;
    }

    /// <summary>Those that nobody asked for since the last call. They are the caller's, to dispose.</summary>
    public IReadOnlyList<ParentImage> TakeUnused()
    {
        ParentImage[] unused = [.. _open.Except(_used)];
        _open.RemoveAll(parent => !_used.Contains(parent));
        _used.Clear();
        return unused;
    }

    /// <summary>All of them; they are the caller's, to dispose.</summary>
    public IReadOnlyList<ParentImage> TakeAll()
    {
        _used.Clear();
        return TakeUnused();
    }
}
