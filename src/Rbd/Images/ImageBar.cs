using CurveRbd.Store;

namespace CurveRbd.Rbd;

/// <summary>
/// Keeps an image closed while its volume is removed or renamed: nobody can open it for writing once the bar lies, and whoever
/// opened it before is seen. Vanishes with its operation.
/// </summary>
internal static class ImageBar
{
    /// <returns>The bar; null when the header changed or another bar lies.</returns>
    public static async Task<Record?> TryPutAsync(
        ImagePool pool, Operation operation, Stored<ImageHeader> header, CancellationToken cancellationToken)
    {
        string key = pool.Keys.Bar(header.Value.Id);
        RecordTransaction transaction = operation.NewTransaction()
            .Require(header.Record)
            .RequireAbsent(key)
            .PutMarker(key, operation.Id);
        RecordCommit commit = await pool.Records.CommitAsync(transaction, cancellationToken).ConfigureAwait(false);
        return commit.Succeeded ? new Record(key, default, commit.Revision, operation.Id) : null;
    }
}
