namespace CurveRbd.Rados;

/// <summary>A notification under way; lives in the notifier's session.</summary>
internal sealed record NotificationRecord
{
    public int Version { get; init; } = RadosRecords.Version;

    public required ulong Id { get; init; }

    public required ulong Notifier { get; init; }

    public byte[] Payload { get; init; } = [];

    /// <summary>Who is to acknowledge it, as the last part of their keys.</summary>
    public IReadOnlyList<string> Watchers { get; init; } = [];
}
