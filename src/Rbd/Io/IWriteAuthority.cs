namespace CurveRbd.Rbd;

/// <summary>Says what an image's handle may do in this moment. Asked for every request: cheap, and from any thread.</summary>
internal interface IWriteAuthority
{
    /// <summary>
    /// Whether what is read is true: the layers are where they were when the handle last followed the image, because whoever moves
    /// them waits for it.
    /// </summary>
    bool MayRead { get; }

    /// <summary>Whether a request that changes something may begin.</summary>
    bool MayBegin { get; }

    /// <summary>Whether what is dirty may be made durable. False only while it is unknown whose the image is.</summary>
    bool MayFlush { get; }

    /// <summary>Whether a request that changed something may be reported as done.</summary>
    bool MayAcknowledge { get; }

    /// <summary>A request waits to begin or to be reported. Returns at once.</summary>
    void Want();
}
