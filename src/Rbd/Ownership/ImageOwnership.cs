namespace CurveRbd.Rbd;

/// <summary>Who may write to an open image (the exclusive lock of RBD).</summary>
public sealed class ImageOwnership
{
    private readonly Image _image;

    internal ImageOwnership(Image image) => _image = image;

    /// <summary>Whether this handle is the owner.</summary>
    public bool IsOwner => throw _image.Unsupported("the exclusive lock");

    public Task AcquireAsync(OwnershipMode mode, CancellationToken cancellationToken) => throw _image.Unsupported("the exclusive lock");

    public Task ReleaseAsync(CancellationToken cancellationToken) => throw _image.Unsupported("the exclusive lock");

    /// <returns>null: nobody.</returns>
    public Task<string?> GetOwnerAsync(CancellationToken cancellationToken) => throw _image.Unsupported("the exclusive lock");

    public Task BreakAsync(OwnershipMode mode, string owner, CancellationToken cancellationToken) =>
        throw _image.Unsupported("the exclusive lock");
}
