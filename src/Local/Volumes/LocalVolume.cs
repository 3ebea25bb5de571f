using CurveRbd.Store;

namespace CurveRbd.Local;

/// <summary>An open volume of the embedded store: a sparse file.</summary>
internal sealed class LocalVolume(VolumePath path, VolumeFile file, bool readOnly) : IVolume
{
    // Copying that much takes about as long as waking a thread; more would hold up the caller's event loop.
    private const int CachedReadMax = 64 * 1024;

    public VolumePath Path { get; } = path;

    public ulong Size => file.Size;

    public ValueTask ReadAsync(ulong offset, IoVector buffer)
    {
        CheckRange(offset, (ulong)buffer.Length);
        if (buffer.Length == 0 || (buffer.Length <= CachedReadMax && file.TryReadCached(offset, buffer)))
            return ValueTask.CompletedTask;
        return Queue(IoOperation.Transfer(file, IoKind.Read, offset, buffer));
    }

    public ValueTask WriteAsync(ulong offset, IoVector data)
    {
        CheckWritable();
        CheckRange(offset, (ulong)data.Length);
        if (data.Length == 0 || file.TryWriteAtOnce(offset, data))
            return ValueTask.CompletedTask;
        return Queue(IoOperation.Transfer(file, IoKind.Write, offset, data));
    }

    public ValueTask ZeroAsync(ulong offset, ulong length, ZeroMode mode)
    {
        CheckWritable();
        CheckRange(offset, length);
        return length == 0 ? ValueTask.CompletedTask : Queue(IoOperation.Zero(file, offset, length, mode));
    }

    public ValueTask FlushAsync() => file.SyncAsync();

    public ValueTask<VolumeExtent?> NextDataAsync(ulong offset, ulong end)
    {
        end = Math.Min(end, Size);
        if (offset >= end)
            return new ValueTask<VolumeExtent?>((VolumeExtent?)null);

        IoOperation operation = IoOperation.Range(file, IoKind.FindData, offset, end - offset);
        ValueTask<VolumeExtent?> task = operation.ExtentTask;
        IoQueue.Shared.Add(operation);
        return task;
    }

    public ValueTask ResizeAsync(ulong size, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        CheckWritable();
        LocalVolumes.CheckSize(Path, size);
        return Queue(IoOperation.Range(file, IoKind.Resize, 0, size));
    }

    public ValueTask RefreshAsync(CancellationToken cancellationToken)
    {
        file.Refresh();
        return ValueTask.CompletedTask;
    }

    /// <summary>Requests in flight still complete.</summary>
    public ValueTask DisposeAsync()
    {
        file.Dispose();
        return ValueTask.CompletedTask;
    }

    // The task first: once queued, an operation may be over, taken and lent again before Add returns.
    private static ValueTask Queue(IoOperation operation)
    {
        ValueTask task = operation.Task;
        IoQueue.Shared.Add(operation);
        return task;
    }

    private void CheckWritable()
    {
        if (readOnly)
            throw new StorageException(Errno.EROFS, $"volume {Path} is open for reading only");
    }

    private void CheckRange(ulong offset, ulong length)
    {
        ObjectDisposedException.ThrowIf(file.IsClosed, this);
        ulong size = file.Size;
        if (offset > size || length > size - offset)
            throw new StorageException(Errno.EINVAL, $"{offset}+{length} lies beyond the {size} bytes of {Path}");
    }
}
