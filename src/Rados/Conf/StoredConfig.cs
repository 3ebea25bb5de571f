using System.Text;
using CurveRbd.Store;

namespace CurveRbd.Rados;

/// <summary>
/// Options that the cluster keeps for its clients (ceph config set): for all ("global"), for a type ("client") or for one ("client.cinder"). A client takes
/// them over when it connects; its own files, arguments and settings win.
/// </summary>
internal sealed class StoredConfig(IRecordStore records)
{
    private const string Prefix = "config/";

    /// <summary>In the order of sections and options.</summary>
    public async Task<IReadOnlyList<StoredOption>> ListAsync(CancellationToken cancellationToken)
    {
        IReadOnlyList<Record> all = await records.RangeAsync(Prefix, null, 0, cancellationToken).ConfigureAwait(false);
        return [.. all.Select(Parse)];
    }

    /// <summary>What counts for <paramref name="entity"/>, the more special section last.</summary>
    public async Task<IReadOnlyList<StoredOption>> ListAsync(EntityName entity, CancellationToken cancellationToken)
    {
        string[] sections = ["global", entity.Type, entity.ToString()];
        IReadOnlyList<StoredOption> all = await ListAsync(cancellationToken).ConfigureAwait(false);
        return [.. all.Where(option => sections.Contains(option.Section)).OrderBy(option => Array.IndexOf(sections, option.Section))];
    }

    public async Task SetAsync(StoredOption option, CancellationToken cancellationToken) => await records.CommitAsync(
        new RecordTransaction().Put(Key(option.Section, option.Name), Encoding.UTF8.GetBytes(option.Value)), cancellationToken).ConfigureAwait(false);

    public async Task RemoveAsync(string section, string name, CancellationToken cancellationToken) =>
        await records.CommitAsync(new RecordTransaction().Delete(Key(section, name)), cancellationToken).ConfigureAwait(false);

    private static string Key(string section, string name) => $"{Prefix}{ByteName.FromText(section).Encode()}/{ByteName.FromText(name).Encode()}";

    private static StoredOption Parse(Record record)
    {
        string[] parts = record.Key[Prefix.Length..].Split('/');
        return new StoredOption(
            ByteName.Decode(parts[0]).ToString(), ByteName.Decode(parts[1]).ToString(), Encoding.UTF8.GetString(record.Value.Span));
    }
}
