namespace CurveRbd.Rbd;

internal enum LayerContentKind
{
    /// <summary>No layer says anything: never written.</summary>
    Nothing,

    /// <summary>An overlay hides what was there.</summary>
    Zeros,

    /// <summary>A cluster of an overlay.</summary>
    Cluster,

    /// <summary>A plain layer's range, which may have holes of its own.</summary>
    Plain,
}
