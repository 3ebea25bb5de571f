using CurveRbd.Store;

namespace CurveRbd.Rbd;

// Where writes may outlive their process, a lasting record tells who the last owner was: whoever succeeds it without having been
// handed the image first makes sure that nothing of it arrives any more.
public sealed partial class ImageOwnership
{
    private bool WritesOutliveProcess => Pool.Volumes.LateWritesMax > TimeSpan.Zero;

    private void NoteAsLast(RecordTransaction transaction, OwnershipSight sight, OwnerRecord mine)
    {
        string key = Pool.Keys.LastOwner(_image.Id);
        if (sight.Last is { } last)
            transaction.Require(last.Record);
        else
            transaction.RequireAbsent(key);
        PutLast(transaction, mine);
    }

    private void PutLast(RecordTransaction transaction, OwnerRecord mine)
    {
        if (WritesOutliveProcess)
            transaction.Put(Pool.Keys.LastOwner(_image.Id), Stored.Serialize(mine, RbdJsonContext.Default.OwnerRecord));
    }

    private async Task ShutOutLastAsync(OwnershipSight sight, CancellationToken cancellationToken)
    {
        if (sight.Last is not { } last || IsMine(last.Value))
            return;
        Log.ShuttingOut(Pool.Logger, _image.Description, last.Value.Client, last.Value.Address);
        var expulsion = new OwnerExpulsion(_image);
        await expulsion.BlockAsync(last.Value.Address, cancellationToken).ConfigureAwait(false);
        await expulsion.ShutOutAsync(cancellationToken).ConfigureAwait(false);
    }
}
