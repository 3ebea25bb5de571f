namespace CurveRbd.Rados;

/// <summary>A watcher's answer; lives in its session.</summary>
internal sealed record AcknowledgementRecord
{
    public int Version { get; init; } = RadosRecords.Version;

    public byte[] Payload { get; init; } = [];
}
