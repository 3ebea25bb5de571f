using System.Diagnostics.CodeAnalysis;
using CurveRbd.Store;

namespace CurveRbd.Rbd;

/// <summary>
/// Who may write to an image (RBD's exclusive lock). The first write takes the image; an owner hands it over when another client
/// wants to write, unless it was taken by <see cref="AcquireAsync"/>. Without the feature exclusive-lock an image still has an owner
/// while its head is an overlay, whose table only one process can keep in memory; nobody but the handles themselves sees that one.
/// </summary>
[SuppressMessage("Design", "CA1001", Justification = "Closed with its image.")]
public sealed partial class ImageOwnership : IWriteAuthority
{
    private readonly Image _image;
    private readonly OwnershipTiming _timing;
    private readonly TimeProvider _time;
    private readonly ulong _cookie;
    private readonly Rados.ClientSession _session;
    private readonly Rados.ClientFence _fence;
    private readonly SemaphoreSlim _changing = new(1, 1);
    private readonly CancellationTokenSource _closing = new();
    private volatile OwnershipState _state;
    private Stored<OwnerRecord>? _mine;
    private volatile bool _takesByItself = true;
    private long _joined; // the session in which others know of this handle; 0: none

    internal ImageOwnership(Image image, WatcherRegistration registration, OwnershipTiming timing, TimeProvider time)
    {
        _image = image;
        _cookie = registration.Cookie;
        _joined = registration.Session;
        _session = image.IoContext.Cluster.Session;
        _fence = image.IoContext.Cluster.Fence;
        _state = image.NeedsOwner ? OwnershipState.Other : OwnershipState.NotNeeded;
        _timing = timing;
        _time = time;
    }

    /// <summary>Whether this handle is the owner, as far as the image has the feature exclusive-lock.</summary>
    /// <exception cref="StorageException">ESHUTDOWN: this client is on the blocklist.</exception>
    public bool IsOwner
    {
        get
        {
            if (!IsFeatureOn)
                return false;
            _fence.ThrowIfFenced();
            return _state is OwnershipState.Owner or OwnershipState.Leaving;
        }
    }

    bool IWriteAuthority.MayRead => IsCertainOfLayers;

    bool IWriteAuthority.MayBegin => _state is OwnershipState.NotNeeded or OwnershipState.Owner && IsCertainOfLayers;

    bool IWriteAuthority.MayFlush => IsCertain;

    bool IWriteAuthority.MayAcknowledge => IsCertain;

    /// <summary>Whether only an owner may write.</summary>
    internal bool IsNeeded => _state != OwnershipState.NotNeeded;

    /// <summary>Whether this handle alone writes the image's layers, whoever sees that.</summary>
    internal bool IsWriter => _state is OwnershipState.Owner;

    /// <summary>Awaited before the image is given up: whatever works on its layers in the background stops.</summary>
    internal Func<Task> Leaving { get; set; } = () => Task.CompletedTask;

    /// <summary>Called when the image was taken.</summary>
    internal Action Taken { get; set; } = () => { };

    private Rados.Cluster Cluster => _image.IoContext.Cluster;

    private ImagePool Pool => _image.Pool;

    private string OwnerKey => Pool.Keys.Owner(_image.Id);

    private bool IsFeatureOn => (_image.Features & ImageFeatures.ExclusiveLock) != 0;

    /// <summary>Whether others wait for this handle before they change the image's layers: they are where it knows them to be.</summary>
    internal bool IsCertainOfLayers => _session.Holds(Volatile.Read(ref _joined));

    private bool IsCertain => _state switch
    {
        OwnershipState.Unknown => false,
        OwnershipState.Other => true,
        _ => IsCertainOfLayers,
    };

    void IWriteAuthority.Want() => Wake(IsCertainOfLayers && _image.IsWritable ? OwnershipWish.Take : OwnershipWish.Rejoin);

    /// <summary>Takes the image and keeps it: others' writes fail with EROFS until <see cref="ReleaseAsync"/>.</summary>
    /// <exception cref="StorageException">
    /// EROFS: another client keeps it. EINVAL: no feature exclusive-lock, or a handle that can't write. EOPNOTSUPP: the mode.
    /// ETIMEDOUT: the owner does not give it up. ESHUTDOWN: this client is on the blocklist.
    /// </exception>
    public Task AcquireAsync(OwnershipMode mode, CancellationToken cancellationToken)
    {
        ThrowUnlessExclusive(mode, OwnershipMode.ExclusiveTransient);
        ThrowUnlessUsable();
        bool isExplicit = mode == OwnershipMode.Exclusive;
        _takesByItself = !isExplicit;
        return TakeAsync(isExplicit, cancellationToken);
    }

    /// <summary>Gives the image up. This handle's writes fail with EROFS until it acquires the image again.</summary>
    /// <exception cref="StorageException">EINVAL: it is not the owner, or as <see cref="AcquireAsync"/>.</exception>
    public async Task ReleaseAsync(CancellationToken cancellationToken)
    {
        ThrowUnlessUsable();
        _fence.ThrowIfFenced();
        await _changing.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            if (_state != OwnershipState.Owner)
                throw Invalid("this handle is not its owner");
            _takesByItself = false;
            await GiveUpAsync().ConfigureAwait(false);
        }
        finally
        {
            _changing.Release();
        }
    }

    /// <summary>The owner's address, "ip:0/nonce".</summary>
    /// <returns>null: nobody.</returns>
    /// <exception cref="StorageException">EINVAL: no feature exclusive-lock.</exception>
    public async Task<string?> GetOwnerAsync(CancellationToken cancellationToken)
    {
        ThrowUnlessFeatureOn();
        return (await ReadOwnerAsync(cancellationToken).ConfigureAwait(false))?.Value.Address;
    }

    /// <summary>The owner's record, also where the image's users are not to see it.</summary>
    internal ValueTask<Stored<OwnerRecord>?> ReadOwnerAsync(CancellationToken cancellationToken) =>
        Pool.GetAsync(OwnerKey, RbdJsonContext.Default.OwnerRecord, cancellationToken);

    /// <summary>Whether another client keeps the image to itself: a flush of this handle is refused then as its writes are.</summary>
    internal bool MayFlushAtOnce => _state != OwnershipState.Other;

    /// <exception cref="StorageException">EROFS.</exception>
    internal async ValueTask ThrowIfKeptByAnotherAsync()
    {
        if (await ReadOwnerAsync(CancellationToken.None).ConfigureAwait(false) is { Value.IsExplicit: true } owner && !IsMine(owner.Value))
            throw KeptBy(owner.Value);
    }

    private OwnerRecord NewRecord(bool isExplicit) => new()
    {
        Address = Cluster.Address,
        ClientId = (long)Cluster.InstanceId,
        Cookie = _cookie,
        IsExplicit = isExplicit,
    };

    private bool IsMine(OwnerRecord owner) => owner.ClientId == (long)Cluster.InstanceId && owner.Cookie == _cookie;

    private StorageException KeptBy(OwnerRecord owner) => new(
        Errno.EROFS, $"image {_image.Description} is locked by {owner.Client} at {owner.Address} (rbd lock ls shows it)");

    private void ThrowUnlessExclusive(OwnershipMode mode, OwnershipMode also)
    {
        if (mode != OwnershipMode.Exclusive && mode != also)
            throw new StorageException(Errno.EOPNOTSUPP, $"image {_image.Description}: no {mode} lock of an image's owner is known, only exclusive ones");
    }

    private void ThrowUnlessFeatureOn()
    {
        if (!IsFeatureOn)
            throw Invalid("it has no feature exclusive-lock (rbd feature enable)");
    }

    private void ThrowUnlessUsable()
    {
        ThrowUnlessFeatureOn();
        if (!_image.IsWritable)
            throw Invalid("a read-only handle, or one at a snapshot, can't own it");
    }

    private StorageException Invalid(string what) => new(Errno.EINVAL, $"image {_image.Description}: {what}");
}
