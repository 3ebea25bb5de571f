using CurveRbd.Store;

namespace CurveRbd.Cli.Rbd;

/// <summary>Why an image can't be removed, in the words that scripts look for.</summary>
internal static class RemovalFailure
{
    private const string WatchersHint =
        "Somebody has it open, or had it open when the program or its host died. " +
        "Close or unmap it there, or wait 30 seconds for a dead client to expire, and try again.";

    /// <param name="hasUserSnapshots">false: its snapshots are gone already, but for those that clones need.</param>
    /// <returns>null: for no reason that has words of its own.</returns>
    public static CommandException? Explain(StorageException e, bool hasUserSnapshots)
    {
        string? reason = e.Errno switch
        {
            Errno.ENOTEMPTY when hasUserSnapshots =>
                "image has snapshots - these must be deleted with 'rbd snap purge' before the image can be removed.",
            Errno.ENOTEMPTY =>
                "image has snapshots with linked clones - these must be deleted or flattened before the image can be removed.",
            Errno.EBUSY => $"error: image still has watchers\n{WatchersHint}",
            Errno.EMLINK => "error: image belongs to a group\nTake it out of the group and try again.",
            _ => null,
        };
        return reason is null ? null : new CommandException(e.Errno, reason, e);
    }
}
