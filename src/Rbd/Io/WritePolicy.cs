namespace CurveRbd.Rbd;

/// <summary>When a completed write survives a crash of the machine: <c>rbd_cache</c> and <c>rbd_cache_writethrough_until_flush</c>.</summary>
internal enum WritePolicy
{
    /// <summary>Always.</summary>
    WriteThrough,

    /// <summary>Until the first flush is seen; after that at the next flush.</summary>
    WriteThroughUntilFlush,

    /// <summary>At the next flush.</summary>
    WriteBack,
}
