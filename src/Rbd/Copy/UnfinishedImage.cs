using CurveRbd.Rados;
using CurveRbd.Store;

namespace CurveRbd.Rbd;

/// <summary>An image that has just been made and is not filled yet. Nobody should find half of it and take it for whole.</summary>
internal sealed class UnfinishedImage(IoContext io, ByteName name)
{
    /// <summary>Opens the image and fills it; when that fails, removes it with its snapshots.</summary>
    public async Task FillAsync(Func<Image, Task> fill, CancellationToken cancellationToken)
    {
        try
        {
            Image image = await Image.OpenAsync(io, name, null, readOnly: false, cancellationToken).ConfigureAwait(false);
            await using (image.ConfigureAwait(false))
                await fill(image).ConfigureAwait(false);
        }
        catch
        {
            await TryRemoveAsync().ConfigureAwait(false);
            throw;
        }
    }

    private async Task TryRemoveAsync()
    {
        try
        {
            Image image = await Image.OpenAsync(io, name, null, readOnly: false, CancellationToken.None).ConfigureAwait(false);
            await using (image.ConfigureAwait(false))
            {
                foreach (Snapshot snapshot in await image.Snapshots.ListAsync(CancellationToken.None).ConfigureAwait(false))
                    await image.Snapshots.RemoveAsync(snapshot.Name, SnapshotRemoveFlags.Unprotect, null, CancellationToken.None).ConfigureAwait(false);
            }

            await ImageDirectory.RemoveAsync(io, name, null, CancellationToken.None).ConfigureAwait(false);
        }
        catch (StorageException error)
        {
            // The failure of the copy itself is what the caller must see.
            Log.CopyNotRemoved(new ImagePool(io).Logger, name.ToString(), error);
        }
    }
}
