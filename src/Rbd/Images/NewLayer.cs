using CurveRbd.Store;

namespace CurveRbd.Rbd;

/// <summary>
/// A layer in the making, for an image that is there: its volume exists under a claim of the operation. It becomes the image's in the
/// transaction that <see cref="AddTo"/> is called for; cut short before, it leaves an abandoned claim.
/// </summary>
internal sealed class NewLayer
{
    private readonly ImagePool _pool;
    private readonly Operation _operation;
    private readonly Stored<VolumeClaim> _claim;

    private NewLayer(ImagePool pool, Operation operation, Stored<VolumeClaim> claim, string id, LayerKind kind)
    {
        _pool = pool;
        _operation = operation;
        _claim = claim;
        Id = id;
        Kind = kind;
    }

    public string Id { get; }

    public LayerKind Kind { get; }

    public VolumePath Path => _claim.Value.Path;

    /// <summary>An empty overlay.</summary>
    /// <param name="size">Of the image that it must be able to hold, in bytes.</param>
    /// <exception cref="StorageException">EFBIG: too large for an overlay. ENOSPC. ENOENT: the data pool is gone.</exception>
    public static Task<NewLayer> CreateOverlayAsync(
        ImagePool pool, Operation operation, ImageHeader image, ulong size, CancellationToken cancellationToken) =>
        CreateAsync(
            pool,
            operation,
            image,
            LayerKind.Overlay,
            (id, path) => OverlayVolume.CreateAsync(pool.Volumes, path, OverlayHeader.For(size, id), cancellationToken),
            cancellationToken);

    /// <summary>A plain layer, all zeros.</summary>
    /// <param name="size">In bytes; the volume may be larger.</param>
    /// <exception cref="StorageException">EFBIG. ENOSPC. ENOENT: the data pool is gone.</exception>
    public static Task<NewLayer> CreatePlainAsync(
        ImagePool pool, Operation operation, ImageHeader image, ulong size, CancellationToken cancellationToken) =>
        CreateAsync(
            pool,
            operation,
            image,
            LayerKind.Plain,
            (_, path) => pool.Volumes.CreateAsync(path, pool.Volumes.Limits.RoundUp(size), cancellationToken),
            cancellationToken);

    /// <summary>The layer's record, lying on nothing.</summary>
    public LayerRecord NewRecord() => new() { Kind = Kind, Pool = Path.Pool, Volume = Path.Name, Owner = Path.Owner };

    /// <summary>Makes the layer the image's.</summary>
    public RecordTransaction AddTo(RecordTransaction transaction, string imageId, LayerRecord record) => transaction
        .Require(_claim.Record)
        .PutClaim(_claim.Record.Key, _claim.Value with { State = ClaimState.Live, Operation = 0 })
        .PutLayer(_pool.Keys.Layer(imageId, Id), record);

    /// <summary>Deletes the volume, unless a transaction that seemed to fail was committed after all.</summary>
    /// <returns>false: it was.</returns>
    public async Task<bool> UndoAsync()
    {
        try
        {
            return await VolumeClaims.UndoOrFinishAsync(_pool, _operation, _claim, CancellationToken.None).ConfigureAwait(false);
        }
        catch (StorageException error)
        {
            Log.VolumeNotUndone(_pool.Logger, Path, error);
            return true;
        }
    }

    private static async Task<NewLayer> CreateAsync(
        ImagePool pool,
        Operation operation,
        ImageHeader image,
        LayerKind kind,
        Func<Guid, VolumePath, Task> makeVolume,
        CancellationToken cancellationToken)
    {
        var id = Guid.NewGuid();
        ImagePool dataPool = await pool.FindOtherAsync(image.DataPoolId, ByteName.Empty, cancellationToken).ConfigureAwait(false)
            ?? throw new StorageException(Errno.ENOENT, $"image {pool.Describe(image.Name)}: its data pool {image.DataPoolId} is gone");
        var claim = new VolumeClaim
        {
            State = ClaimState.Creating,
            Pool = dataPool.Directory,
            Volume = VolumeNames.FromId(id.ToString()),
            Owner = pool.Owner,
            ImageId = image.Id,
            ImagePoolId = pool.Id,
            Operation = operation.Id,
        };
        string key = dataPool.Keys.Claim(claim.Volume);
        RecordTransaction transaction = operation.NewTransaction().RequireAbsent(key).PutClaim(key, claim);
        RecordCommit commit = await pool.Records.CommitAsync(transaction, cancellationToken).ConfigureAwait(false);
        if (!commit.Succeeded)
            throw new StorageException(Errno.ESHUTDOWN, $"image {pool.Describe(image.Name)}: this client has lost its session");

        var layer = new NewLayer(pool, operation, new Stored<VolumeClaim>(new Record(key, default, commit.Revision, 0), claim), id.ToString(), kind);
        try
        {
            await makeVolume(id, layer.Path).ConfigureAwait(false);
            return layer;
        }
        catch
        {
            await layer.UndoAsync().ConfigureAwait(false);
            throw;
        }
    }
}
