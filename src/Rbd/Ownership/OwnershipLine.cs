using CurveRbd.Store;

namespace CurveRbd.Rbd;

/// <summary>The line of those who wait for an image, as one of them sees it.</summary>
internal sealed class OwnershipLine(OwnershipTiming timing, TimeProvider time)
{
    private long _begun = time.GetTimestamp();
    private long _ownerRevision;
    private long? _vacantSince;

    /// <param name="place">The key of one's own record in the line.</param>
    public bool IsNext(OwnershipSight sight, string place)
    {
        if (sight.Owner is not null)
        {
            _vacantSince = null;
            return false;
        }

        _vacantSince ??= time.GetTimestamp();
        bool isFirst = sight.Waiting is not [var first, ..] || string.Equals(first.Record.Key, place, StringComparison.Ordinal);
        return isFirst || time.GetElapsedTime(_vacantSince.Value) >= timing.Patience;
    }

    /// <summary>Whether the owner has not answered for longer than one that hands over takes.</summary>
    public bool IsSlow(OwnershipSight sight)
    {
        if (sight.Owner is not { } owner || owner.Record.Revision != _ownerRevision)
        {
            _ownerRevision = sight.Owner?.Record.Revision ?? 0;
            _begun = time.GetTimestamp();
            return false;
        }

        return time.GetElapsedTime(_begun) >= timing.RecheckInterval;
    }

    /// <exception cref="StorageException">ETIMEDOUT: this client has been without a session for too long.</exception>
    public void ThrowIfTooLong(string image)
    {
        if (time.GetElapsedTime(_begun) >= timing.Timeout)
            throw new StorageException(Errno.ETIMEDOUT, $"image {image}: this client's session is lost, and the store of records gives it no new one");
    }

    /// <exception cref="StorageException">ETIMEDOUT: the same owner has been asked for too long.</exception>
    public void ThrowIfTooLong(OwnershipSight sight, string image)
    {
        if (sight.Owner is { } owner && time.GetElapsedTime(_begun) >= timing.Timeout)
        {
            throw new StorageException(
                Errno.ETIMEDOUT,
                $"image {image}: {owner.Value.Client} at {owner.Value.Address} owns it and does not answer; if it hangs, break its lock (rbd lock rm)");
        }
    }
}
