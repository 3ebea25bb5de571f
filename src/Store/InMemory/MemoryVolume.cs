namespace CurveRbd.Store.InMemory;

/// <summary>An open volume in memory. Everything completes before it returns.</summary>
internal sealed class MemoryVolume(MemoryVolumes store, VolumePath path, VolumeData data, bool readOnly) : IVolume
{
    private readonly long _fences = Volatile.Read(ref data.Fences);
    private bool _isClosed;

    public VolumePath Path { get; } = path;

    public ulong Size => Volatile.Read(ref data.Size);

    public ValueTask ReadAsync(ulong offset, IoVector buffer)
    {
        store.Faults?.Before(nameof(ReadAsync));
        Check(offset, (ulong)buffer.Length);
        foreach (Memory<byte> piece in buffer)
        {
            data.Bytes.Read(offset, piece.Span);
            offset += (ulong)piece.Length;
        }

        return ValueTask.CompletedTask;
    }

    public ValueTask WriteAsync(ulong offset, IoVector bytes)
    {
        store.Faults?.Before(nameof(WriteAsync));
        CheckWritable();
        Check(offset, (ulong)bytes.Length);
        foreach (Memory<byte> piece in bytes)
        {
            data.Bytes.Write(offset, piece.Span);
            offset += (ulong)piece.Length;
        }

        return ValueTask.CompletedTask;
    }

    public ValueTask ZeroAsync(ulong offset, ulong length, ZeroMode mode)
    {
        store.Faults?.Before(nameof(ZeroAsync));
        CheckWritable();
        Check(offset, length);
        data.Bytes.Zero(offset, length);
        return ValueTask.CompletedTask;
    }

    public ValueTask FlushAsync()
    {
        store.Faults?.Before(nameof(FlushAsync));
        ObjectDisposedException.ThrowIf(_isClosed, this);
        return ValueTask.CompletedTask;
    }

    public ValueTask<VolumeExtent?> NextDataAsync(ulong offset, ulong end) => new(data.Bytes.NextData(offset, Math.Min(end, Size)));

    public ValueTask ResizeAsync(ulong size, CancellationToken cancellationToken)
    {
        store.Faults?.Before(nameof(ResizeAsync));
        CheckWritable();
        store.CheckSize(Path, size);
        ulong old = Size;
        if (size < old && !store.Limits.CanShrink)
            throw new StorageException(Errno.EINVAL, $"volume {Path} can't shrink from {old} to {size} bytes");
        if (size < old)
            data.Bytes.Zero(size, old - size);
        Volatile.Write(ref data.Size, size);
        return ValueTask.CompletedTask;
    }

    public ValueTask RefreshAsync(CancellationToken cancellationToken) => ValueTask.CompletedTask;

    public ValueTask DisposeAsync()
    {
        _isClosed = true;
        return ValueTask.CompletedTask;
    }

    private void CheckWritable()
    {
        if (readOnly)
            throw new StorageException(Errno.EROFS, $"volume {Path} is open for reading only");
        if (Volatile.Read(ref data.Fences) != _fences)
            throw new StorageException(Errno.ESHUTDOWN, $"volume {Path} was fenced since it was opened");
    }

    private void Check(ulong offset, ulong length)
    {
        ObjectDisposedException.ThrowIf(_isClosed, this);
        if (((offset | length) & ((ulong)store.Limits.BlockSize - 1)) != 0)
            throw new StorageException(Errno.EINVAL, $"{offset}+{length} on {Path} is not in blocks of {store.Limits.BlockSize} bytes");
        if (offset > Size || length > Size - offset)
            throw new StorageException(Errno.EINVAL, $"{offset}+{length} lies beyond the {Size} bytes of {Path}");
    }
}
