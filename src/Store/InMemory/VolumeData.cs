namespace CurveRbd.Store.InMemory;

/// <summary>A volume as its store holds it; it outlives its name while somebody has it open.</summary>
internal sealed class VolumeData(ulong size)
{
    private readonly DateTimeOffset _created = DateTimeOffset.UtcNow;

    /// <summary>How often those who had it open were shut out.</summary>
    public long Fences;

    public ulong Size = size;

    public SparseBytes Bytes { get; } = new();

    public VolumeInfo Describe(string name) => new(name, Volatile.Read(ref Size), Bytes.Allocated, _created);
}
