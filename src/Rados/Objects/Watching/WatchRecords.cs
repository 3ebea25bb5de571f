namespace CurveRbd.Rados;

/// <summary>Somebody watches an object; lives in the watcher's session.</summary>
internal sealed record ObjectWatcherRecord
{
    public int Version { get; init; } = RadosRecords.Version;

    public required ulong Client { get; init; }

    public required ulong Cookie { get; init; }

    public string Address { get; init; } = "";
}

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

/// <summary>A watcher's answer; lives in its session.</summary>
internal sealed record AcknowledgementRecord
{
    public int Version { get; init; } = RadosRecords.Version;

    public byte[] Payload { get; init; } = [];
}
