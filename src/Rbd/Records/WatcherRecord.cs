namespace CurveRbd.Rbd;

/// <summary>
/// Somebody has the image open: among the watchers for writing, among the readers otherwise or as part of a clone. Vanishes with its
/// session.
/// </summary>
internal sealed record WatcherRecord : VersionedRecord
{
    public required string Address { get; init; }

    public required long ClientId { get; init; }

    public required ulong Cookie { get; init; }

    /// <summary>Revision of the last header that this handle follows.</summary>
    public required long SeenRevision { get; init; }

    /// <summary>Whether the handle writes only as the image's owner; without it, it may write at any time.</summary>
    public bool NeedsOwner { get; init; }

    /// <summary>Revision of the last freeze record for which this handle holds its requests back; 0: none yet.</summary>
    public long FrozenRevision { get; init; }

    /// <summary>0, or the negative errno of what kept this handle from holding its requests back: a quiesce callback, or a flush.</summary>
    public int FreezeResult { get; init; }

    public static WatcherRecord Of(OwnerRecord owner) => new()
    {
        Address = owner.Address,
        ClientId = owner.ClientId,
        Cookie = owner.Cookie,
        SeenRevision = 0,
        NeedsOwner = true,
    };

    /// <summary>Whether it is the entry of the handle that owns the image.</summary>
    public bool IsOf(OwnerRecord owner) => ClientId == owner.ClientId && Cookie == owner.Cookie;
}
