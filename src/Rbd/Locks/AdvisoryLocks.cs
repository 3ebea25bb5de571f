using CurveRbd.Store;

namespace CurveRbd.Rbd;

/// <summary>The advisory lock of an open image: nothing looks at it but those who ask.</summary>
public sealed class AdvisoryLocks
{
    private readonly Image _image;

    internal AdvisoryLocks(Image image) => _image = image;

    public Task<AdvisoryLockState> GetAsync(CancellationToken cancellationToken) => throw _image.Unsupported("advisory locks");

    /// <exception cref="StorageException">EEXIST: this handle has it. EBUSY: another has it.</exception>
    public Task LockExclusiveAsync(ByteName cookie, CancellationToken cancellationToken) => throw _image.Unsupported("advisory locks");

    /// <inheritdoc cref="LockExclusiveAsync"/>
    public Task LockSharedAsync(ByteName cookie, ByteName tag, CancellationToken cancellationToken) =>
        throw _image.Unsupported("advisory locks");

    /// <exception cref="StorageException">ENOENT.</exception>
    public Task UnlockAsync(ByteName cookie, CancellationToken cancellationToken) => throw _image.Unsupported("advisory locks");

    /// <exception cref="StorageException">ENOENT; EINVAL (no such form of a client).</exception>
    public Task BreakAsync(string client, ByteName cookie, CancellationToken cancellationToken) =>
        throw _image.Unsupported("advisory locks");
}
