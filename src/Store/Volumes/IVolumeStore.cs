namespace CurveRbd.Store;

/// <summary>
/// Named, thin, aligned volumes in directories ("pools"). It knows nothing of images. Names are those of
/// <see cref="VolumePath"/>. Every refusal is a <see cref="StorageException"/>: ENOENT for what is missing, EEXIST for what is
/// there already, ENOSPC, EROFS, EACCES or EPERM, EIO.
/// </summary>
public interface IVolumeStore : IAsyncDisposable
{
    VolumeLimits Limits { get; }

    Task<StoreStatus> GetStatusAsync(CancellationToken cancellationToken);

    Task CreatePoolAsync(string pool, CancellationToken cancellationToken);

    /// <exception cref="StorageException">ENOTEMPTY: a volume is left in it.</exception>
    Task DeletePoolAsync(string pool, CancellationToken cancellationToken);

    Task<IReadOnlyList<string>> ListPoolsAsync(CancellationToken cancellationToken);

    /// <param name="size">In bytes, a value that <see cref="Limits"/> allows. The volume reads as zeros.</param>
    Task CreateAsync(VolumePath path, ulong size, CancellationToken cancellationToken);

    /// <summary>Removes the volume. Whoever has it open gets errors or keeps a volume without a name, as the store will.</summary>
    /// <exception cref="StorageException">EBUSY: the store can't delete an open volume.</exception>
    Task DeleteAsync(VolumePath path, CancellationToken cancellationToken);

    /// <summary>Renames inside one pool.</summary>
    /// <exception cref="StorageException">EEXIST: the new name is taken. EBUSY: the store can't rename an open volume.</exception>
    Task RenameAsync(VolumePath path, string newName, CancellationToken cancellationToken);

    /// <returns>null when there is no such volume.</returns>
    Task<VolumeInfo?> StatAsync(VolumePath path, CancellationToken cancellationToken);

    /// <summary>All volumes of a pool, in no order.</summary>
    Task<IReadOnlyList<VolumeInfo>> ListAsync(string pool, CancellationToken cancellationToken);

    Task<IVolume> OpenAsync(VolumePath path, bool readOnly, CancellationToken cancellationToken);

    /// <summary>
    /// How long after a process has lost its records' store its last writes may still reach a volume. Zero where a write ends with its
    /// process, as on a disk of this host.
    /// </summary>
    TimeSpan LateWritesMax => TimeSpan.Zero;

    /// <summary>Whether <see cref="FenceAsync"/> can do what it is for.</summary>
    bool CanFence => false;

    /// <summary>
    /// Shuts out every writer that has the volume open now, wherever it runs: none of its writes reaches the volume once this has
    /// completed. Whoever opens the volume afterwards writes again.
    /// </summary>
    /// <returns>false: the store has no means to; whoever asks waits for <see cref="LateWritesMax"/> instead.</returns>
    ValueTask<bool> FenceAsync(VolumePath path, CancellationToken cancellationToken) => new(false);
}
