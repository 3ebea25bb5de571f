using CurveRbd.Store;

namespace CurveRbd.Rbd;

public sealed partial class Image
{
    public ImageOwnership Ownership { get; }

    public AdvisoryLocks Locks => field ??= new AdvisoryLocks(this);

    internal ImageIo Io => _io;

    /// <summary>The header that the layers are arranged for.</summary>
    internal Record FollowedHeader => _follower.Followed.Header.Record;

    /// <summary>Whether only one handle at a time may write to the image.</summary>
    internal bool NeedsOwner => DoesNeedOwner(_follower.Records);

    /// <summary>Of the last fencing of the image's volumes, when its records were read; 0: none.</summary>
    internal long FenceRevision =>
        Records.Find(Pool.Keys.OwnerFence(Id), RbdJsonContext.Default.MarkerRecord)?.Record.Revision ?? 0;

    /// <summary>Whether the image was seen to be gone.</summary>
    internal bool IsRemoved => _follower.IsRemoved;

    /// <summary>Whether this client is on the blocklist.</summary>
    internal bool IsFenced => Pool.Io.Cluster.Fence.IsFenced;

    // Past the client's own records, which refuse a fenced client.
    internal async Task WithdrawFencedAsync() => await Pool.Io.Cluster.Stores.Records.CommitAsync(
        new RecordTransaction().Delete(_registration.Key), CancellationToken.None).ConfigureAwait(false);

    /// <summary>
    /// Follows the image as it is now, and is among those whom others wait for again if that was lost with the session.
    /// </summary>
    /// <returns>false: it changes at this moment, or is barred.</returns>
    internal async Task<bool> TryRejoinAsync(CancellationToken cancellationToken)
    {
        await _follower.CatchUpAsync(cancellationToken).ConfigureAwait(false);
        _registration.NeedsOwner = Ownership.IsNeeded;
        return await _registration.TryRejoinAsync(_follower.Followed.Header, cancellationToken).ConfigureAwait(false)
            && await _layers.TryRejoinParentsAsync(cancellationToken).ConfigureAwait(false);
    }

    internal static bool DoesNeedOwner(ImageRecords records) =>
        (records.Header.Value.Features & ImageFeatures.ExclusiveLock) != 0 || records.HeadLayer.Value.Kind == LayerKind.Overlay;

    private Task AdaptOwnershipAsync(ImageRecords records)
    {
        bool isNeeded = DoesNeedOwner(records);
        return isNeeded == Ownership.IsNeeded
            ? Task.CompletedTask
            : _layers.ChangeAsync(_ => Ownership.AdaptAsync(isNeeded));
    }

    // Whoever locked the image holds others' flushes back as it does their writes.
    private async ValueTask FlushAsOtherAsync()
    {
        await Ownership.ThrowIfKeptByAnotherAsync().ConfigureAwait(false);
        await _io.FlushAsync().ConfigureAwait(false);
    }
}
