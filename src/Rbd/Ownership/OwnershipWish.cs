namespace CurveRbd.Rbd;

/// <summary>What a handle's ownership has to see to in the background.</summary>
[Flags]
internal enum OwnershipWish
{
    None = 0,

    /// <summary>A request waits to write.</summary>
    Take = 1,

    /// <summary>Another client waits to write.</summary>
    HandOver = 2,

    /// <summary>The session, the record, or the blocklist changed.</summary>
    Verify = 4,

    /// <summary>This client is on the blocklist, or no longer.</summary>
    Fence = 8,

    /// <summary>The session was lost, or there is a new one: others may not know of this handle.</summary>
    Rejoin = 32,

    /// <summary>Much is read: the image is worth taking, unless it is another's.</summary>
    TakeIfFree = 16,
}
