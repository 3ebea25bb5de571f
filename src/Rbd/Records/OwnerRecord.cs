namespace CurveRbd.Rbd;

/// <summary>
/// Who may write to the image, or who waits for it (in the order of the records' revisions). Vanishes with its session; of the last
/// owner a lasting copy stays where writes may outlive their process.
/// </summary>
internal sealed record OwnerRecord : VersionedRecord
{
    public required string Address { get; init; }

    public required long ClientId { get; init; }

    /// <summary>Of the owner's watcher record.</summary>
    public required ulong Cookie { get; init; }

    /// <summary>Taken by rbd_lock_acquire: it is not handed over when others want to write.</summary>
    public bool IsExplicit { get; init; }

    /// <summary>Somebody breaks the ownership: its owner stops, gives up what is not durable, and deletes the record.</summary>
    public bool IsBroken { get; init; }

    public string Client => $"client.{ClientId}";

    public bool IsSameHandle(OwnerRecord other) => ClientId == other.ClientId && Cookie == other.Cookie;
}
