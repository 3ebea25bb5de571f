namespace CurveRbd.Store;

/// <summary>
/// An open volume. Any number of requests may be in flight, from any thread; the store keeps no order between them. Offsets and
/// lengths are bytes and multiples of <see cref="VolumeLimits.BlockSize"/>. A request takes no cancellation token on purpose: its
/// memory is lent, so it is over only when the store is done with that memory. Failures are <see cref="StorageException"/>s.
/// </summary>
public interface IVolume : IAsyncDisposable
{
    VolumePath Path { get; }

    /// <summary>Size in bytes as last known; see <see cref="RefreshAsync"/>.</summary>
    ulong Size { get; }

    /// <summary>Fills <paramref name="buffer"/>; never-written ranges read as zeros.</summary>
    ValueTask ReadAsync(ulong offset, IoVector buffer);

    /// <summary>Completes when other openers would read the new bytes. Durable after the next <see cref="FlushAsync"/>.</summary>
    ValueTask WriteAsync(ulong offset, IoVector data);

    /// <summary>Makes the range read as zeros, whatever the mode.</summary>
    ValueTask ZeroAsync(ulong offset, ulong length, ZeroMode mode);

    /// <summary>Completes when every write and zeroing completed before the call survives a crash of the machine.</summary>
    ValueTask FlushAsync();

    /// <summary>
    /// The first range in [offset, end) that may hold data, cut to that window; null when all of it is known to be unwritten.
    /// May report more than was written, never less.
    /// </summary>
    ValueTask<VolumeExtent?> NextDataAsync(ulong offset, ulong end);

    /// <summary>Sets the size (a value that <see cref="VolumeLimits"/> allows). New space reads as zeros.</summary>
    ValueTask ResizeAsync(ulong size, CancellationToken cancellationToken);

    /// <summary>How many requests to the store are over, which tells one that is away from work that takes long; 0 for a store that is always there.</summary>
    long EndedCount => 0;

    /// <summary>
    /// Gives up requests that wait for a store which does not answer: they fail with ESHUTDOWN, though a write among them may still
    /// happen. Nothing else may be asked of the volume then but to be disposed of.
    /// </summary>
    void GiveUp()
    {
    }

    /// <summary>Learns a size that another opener set.</summary>
    ValueTask RefreshAsync(CancellationToken cancellationToken);
}
