namespace CurveRbd.Rbd;

/// <summary>What happened to an image that old clients must know of (<c>RBD_OPERATION_FEATURE_*</c>).</summary>
internal static class OperationFeatures
{
    /// <summary>It has clones of format 2.</summary>
    public const ulong CloneParent = 1;

    /// <summary>It is a clone of format 2.</summary>
    public const ulong CloneChild = 2;

    public const ulong Group = 4;

    /// <summary>It has snapshots in the trash namespace.</summary>
    public const ulong SnapshotTrash = 8;

    /// <summary>What an image with these clones and snapshots says of them; the rest as it was.</summary>
    public static ulong Of(
        ulong opFeatures, IEnumerable<Stored<ChildRecord>> clones, IEnumerable<Stored<SnapshotRecord>> snapshots) =>
        opFeatures & ~(CloneParent | SnapshotTrash)
        | (clones.Any(clone => clone.Value.CloneFormat == 2) ? CloneParent : 0)
        | (snapshots.Any(snapshot => snapshot.Value.NamespaceType == SnapshotNamespaceType.Trash) ? SnapshotTrash : 0);

    /// <summary>The header with these operation features, and the feature that says whether there are any.</summary>
    public static ImageHeader WithOperations(this ImageHeader header, ulong opFeatures) => header with
    {
        OpFeatures = opFeatures,
        Features = opFeatures == 0 ? header.Features & ~ImageFeatures.Operations : header.Features | ImageFeatures.Operations,
    };
}
