using CurveRbd.Store;

namespace CurveRbd.Rbd;

public sealed partial class Image
{
    private long _answeredFreeze;
    private int _freezeResult;

    private async Task FreezeAsync(Stored<FreezeRecord> freeze)
    {
        int result = await QuiesceAsync(freeze).ConfigureAwait(false);
        _freezeResult = result < 0 ? result : await HoldRequestsAsync(freeze.Record.Revision).ConfigureAwait(false);
        _answeredFreeze = freeze.Record.Revision;
    }

    private async Task<int> HoldRequestsAsync(long freezeRevision)
    {
        try
        {
            await _follower.ChangeViewAsync(
                records => records.Freeze?.Record.Revision == freezeRevision ? _layers.FreezeAsync(freezeRevision) : Task.CompletedTask,
                CancellationToken.None).ConfigureAwait(false);
            return 0;
        }
        catch (StorageException error)
        {
            Log.NotFrozen(Pool.Logger, Description, error);
            return -(int)error.Errno;
        }
    }
}
