namespace CurveRbd.Rados;

/// <summary>What a watcher is told.</summary>
public sealed record ObjectNotification(ulong Id, ulong Notifier, byte[] Payload);
