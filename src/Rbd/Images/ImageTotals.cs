using CurveRbd.Store;

namespace CurveRbd.Rbd;

/// <summary>Adds up images. Sizes in bytes.</summary>
internal sealed class ImageTotals
{
    public ulong Images { get; private set; }

    public ulong ProvisionedBytes { get; private set; }

    public ulong MaxProvisionedBytes { get; private set; }

    public ulong Snapshots { get; private set; }

    /// <summary>Adds an image without snapshots.</summary>
    public void Add(ulong size) => Add(size, []);

    /// <param name="records">All of the image; without a header it is none any more.</param>
    public void Add(RecordKeys keys, string id, List<Record> records)
    {
        if (records.Find(record => string.Equals(record.Key, keys.Header(id), StringComparison.Ordinal)) is not { } header)
            return;
        string snapshots = keys.Snapshots(id);
        Add(
            Stored.Parse(header, RbdJsonContext.Default.ImageHeader).Value.Size,
            [.. records
                .Where(record => record.Key.StartsWith(snapshots, StringComparison.Ordinal))
                .Select(record => Stored.Parse(record, RbdJsonContext.Default.SnapshotRecord).Value.Size)]);
    }

    private void Add(ulong size, ulong[] snapshotSizes)
    {
        Images++;
        ProvisionedBytes += size;
        MaxProvisionedBytes += snapshotSizes.Append(size).Max();
        Snapshots += (ulong)snapshotSizes.Length;
    }
}
