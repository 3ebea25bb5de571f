namespace CurveRbd.Rbd;

/// <summary>What a handle's ownership of its image is, as it sees it.</summary>
internal enum OwnershipState
{
    /// <summary>The image needs no owner: anybody may write.</summary>
    NotNeeded,

    /// <summary>Not the owner.</summary>
    Other,

    Owner,

    /// <summary>The owner, about to give up: what was begun is seen through.</summary>
    Leaving,

    /// <summary>The session is lost: whether it is still the owner is to be found out.</summary>
    Unknown,
}
