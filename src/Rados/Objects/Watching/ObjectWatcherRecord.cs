namespace CurveRbd.Rados;

/// <summary>Somebody watches an object; lives in the watcher's session.</summary>
internal sealed record ObjectWatcherRecord
{
    public int Version { get; init; } = RadosRecords.Version;

    public required ulong Client { get; init; }

    public required ulong Cookie { get; init; }

    public string Address { get; init; } = "";
}
