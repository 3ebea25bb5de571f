using CurveRbd.Store;

namespace CurveRbd.Rbd;

/// <summary>A volume for a layer that no record names yet: it has a claim that says it is being created.</summary>
/// <param name="Id">Of the layer.</param>
internal sealed record NewLayer(string Id, LayerRecord Record, Stored<VolumeClaim> Claim)
{
    /// <summary>A formatted overlay.</summary>
    /// <param name="image">Whose layer it will be.</param>
    /// <param name="near">A layer beside which it is to lie.</param>
    /// <param name="capacity">How large an image it can hold, in bytes, see <see cref="OverlayHeader"/>.</param>
    /// <exception cref="StorageException">ENOSPC.</exception>
    public static async Task<NewLayer> CreateOverlayAsync(
        ImagePool pool, Operation operation, ImageHeader image, LayerRecord near, ulong capacity, CancellationToken cancellationToken)
    {
        var header = new OverlayHeader(capacity, Guid.NewGuid());
        NewLayer layer = await CreateAsync(
            pool, operation, image, near, header.LayerId, LayerKind.Overlay, header.InitialVolumeSize(pool.Volumes.Limits), cancellationToken)
            .ConfigureAwait(false);
        try
        {
            IVolume volume = await pool.Volumes.OpenAsync(layer.Record.Path, readOnly: false, cancellationToken).ConfigureAwait(false);
            await using (volume.ConfigureAwait(false))
                await OverlayVolume.FormatAsync(volume, header).ConfigureAwait(false);
            return layer with { Record = layer.Record with { Capacity = capacity } };
        }
        catch
        {
            await layer.UndoAsync(pool, operation).ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>A plain one.</summary>
    /// <param name="size">Of the image, in bytes.</param>
    /// <inheritdoc cref="CreateOverlayAsync"/>
    public static Task<NewLayer> CreatePlainAsync(
        ImagePool pool, Operation operation, ImageHeader image, LayerRecord near, ulong size, CancellationToken cancellationToken) =>
        CreateAsync(
            pool, operation, image, near, Guid.NewGuid(), LayerKind.Plain, pool.Volumes.Limits.RoundUp(size), cancellationToken);

    /// <summary>One that the content of another layer's volume is to be copied to.</summary>
    /// <param name="directory">Of the image's data pool.</param>
    /// <param name="size">Of that volume, in bytes.</param>
    /// <inheritdoc cref="CreateOverlayAsync"/>
    public static Task<NewLayer> CreateCopyAsync(
        ImagePool pool, Operation operation, ImageHeader image, string directory, LayerRecord original, ulong size, CancellationToken cancellationToken) =>
        CreateAsync(
            pool, operation, image, original with { Pool = directory, Owner = pool.Owner }, Guid.NewGuid(), original.Kind, pool.Volumes.Limits.RoundUp(size), cancellationToken);

    /// <summary>Makes it a layer, in the transaction that gives it its place.</summary>
    public void AddTo(RecordTransaction transaction, ImagePool pool, string imageId, LayerRecord record) => transaction
        .Require(Claim.Record)
        .PutLayer(pool.Keys.Layer(imageId, Id), record)
        .PutClaim(Claim.Record.Key, Claim.Value with { State = ClaimState.Live, Operation = 0 });

    /// <summary>Takes it back if it did not become a layer.</summary>
    public Task UndoAsync(ImagePool pool, Operation operation) =>
        VolumeClaims.UndoOrFinishAsync(pool, operation, Claim, CancellationToken.None);

    private static async Task<NewLayer> CreateAsync(
        ImagePool pool,
        Operation operation,
        ImageHeader image,
        LayerRecord near,
        Guid id,
        LayerKind kind,
        ulong volumeSize,
        CancellationToken cancellationToken)
    {
        var record = new LayerRecord { Kind = kind, Pool = near.Pool, Volume = VolumeNames.FromId(id.ToString()), Owner = near.Owner };
        Stored<VolumeClaim> claim = await ClaimAsync(pool, operation, image, record, cancellationToken).ConfigureAwait(false);
        var layer = new NewLayer(id.ToString(), record, claim);
        try
        {
            await pool.Volumes.CreateAsync(record.Path, volumeSize, cancellationToken).ConfigureAwait(false);
            return layer;
        }
        catch
        {
            await layer.UndoAsync(pool, operation).ConfigureAwait(false);
            throw;
        }
    }

    private static async Task<Stored<VolumeClaim>> ClaimAsync(
        ImagePool pool, Operation operation, ImageHeader image, LayerRecord layer, CancellationToken cancellationToken)
    {
        var claim = new VolumeClaim
        {
            State = ClaimState.Creating,
            Pool = layer.Pool,
            Volume = layer.Volume,
            Owner = layer.Owner,
            ImageId = image.Id,
            ImagePoolId = pool.Id,
            Operation = operation.Id,
        };
        string key = new RecordKeys(image.DataPoolId).Claim(layer.Volume);
        RecordCommit commit = await pool.Records.CommitAsync(
            operation.NewTransaction().RequireAbsent(key).PutClaim(key, claim), cancellationToken).ConfigureAwait(false);
        return commit.Succeeded
            ? new Stored<VolumeClaim>(new Record(key, default, commit.Revision, 0), claim)
            : throw new StorageException(Errno.ESHUTDOWN, $"image {pool.Describe(image.Name)}: the operation's session was lost");
    }
}
