using System.Text.Json.Serialization.Metadata;
using CurveRbd.Store;

namespace CurveRbd.Rbd;

/// <summary>Reads records of which some may be damaged: those are findings, the others go on.</summary>
internal static class CheckReading
{
    public static async Task<IReadOnlyList<Stored<T>>> RangeAsync<T>(
        ImagePool pool, string prefix, JsonTypeInfo<T> type, List<CheckProblem> problems, CancellationToken cancellationToken)
        where T : VersionedRecord
    {
        IReadOnlyList<Record> records = await pool.Records.RangeAsync(prefix, null, 0, cancellationToken).ConfigureAwait(false);
        return [.. records.Select(record => Parse(record, type, problems)).OfType<Stored<T>>()];
    }

    /// <returns>null: the record is damaged, or from a later version.</returns>
    public static Stored<T>? Parse<T>(Record record, JsonTypeInfo<T> type, List<CheckProblem>? problems)
        where T : VersionedRecord
    {
        try
        {
            return Stored.Parse(record, type);
        }
        catch (StorageException error)
        {
            var report = new CheckReport(null, record.Key);
            report.Damage("damaged-record", Explain(error));
            problems?.AddRange(report.Problems);
            return null;
        }
    }

    public static string Explain(StorageException error) => $"{error.Message}. Restore the record store from a backup.";
}
