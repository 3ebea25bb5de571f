using CurveRbd.Store;

namespace CurveRbd.Rbd;

/// <summary>Who holds the advisory lock of an image. Lasts, also when its holder dies: whoever knows better breaks it.</summary>
internal sealed record AdvisoryLockRecord : VersionedRecord
{
    public required bool IsExclusive { get; init; }

    /// <summary>Of a shared lock: holders with another tag are refused.</summary>
    public required ByteName Tag { get; init; }

    public required IReadOnlyList<AdvisoryLockHolder> Holders { get; init; }

    public AdvisoryLockHolder? Find(long clientId, ByteName cookie) =>
        Holders.FirstOrDefault(holder => holder.ClientId == clientId && holder.Cookie == cookie);
}

internal sealed record AdvisoryLockHolder
{
    public required long ClientId { get; init; }

    public required ByteName Cookie { get; init; }

    public required string Address { get; init; }

    public string Client => $"client.{ClientId}";
}
