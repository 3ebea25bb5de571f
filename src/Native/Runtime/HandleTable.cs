using System.Diagnostics.CodeAnalysis;
using CurveRbd.Store;

namespace CurveRbd.Native;

/// <summary>
/// Maps the opaque pointers that C callers hold to objects. A stale, foreign or made-up handle is EBADF, never a crash. Finding
/// takes no lock; adding and removing allocate nothing once the table has grown.
/// </summary>
internal sealed class HandleTable<T>(HandleKind kind, string name) where T : class
{
    private const int ChunkSize = 256;

    private readonly Slot[]?[] _chunks = new Slot[]?[(1 << Handle.SlotBits) / ChunkSize];
    private readonly Stack<int> _free = new();
    private readonly Lock _lock = new();
    private int _count;

    /// <exception cref="StorageException">EMFILE: a million are open.</exception>
    public nint Add(T value)
    {
        lock (_lock)
        {
            if (!_free.TryPop(out int index))
                index = Grow();
            ref Slot slot = ref SlotAt(index);
            nint handle = Handle.Make(kind, ++slot.Version, index);
            slot.Value = value;
            Volatile.Write(ref slot.Handle, handle);
            return handle;
        }
    }

    public bool TryGet(nint handle, [NotNullWhen(true)] out T? value)
    {
        int index = Handle.SlotOf(handle);
        Slot[]? chunk = Volatile.Read(ref _chunks[index / ChunkSize]);
        value = null;
        if (chunk is null || handle == 0)
            return false;
        ref Slot slot = ref chunk[index % ChunkSize];
        // Read between two looks at the handle: the slot may be given to somebody else in the middle of it.
        if (Volatile.Read(ref slot.Handle) != handle)
            return false;
        value = Volatile.Read(ref slot.Value);
        Interlocked.MemoryBarrier();
        if (Volatile.Read(ref slot.Handle) == handle)
            return value is not null;
        value = null;
        return false;
    }

    /// <exception cref="StorageException">EBADF.</exception>
    public T Get(nint handle) => TryGet(handle, out T? value) ? value : throw Failure.BadHandle(name);

    /// <returns>false: somebody else removed it, or it never was one.</returns>
    public bool TryRemove(nint handle, [NotNullWhen(true)] out T? value)
    {
        lock (_lock)
        {
            if (!TryGet(handle, out value))
                return false;
            int index = Handle.SlotOf(handle);
            ref Slot slot = ref SlotAt(index);
            Volatile.Write(ref slot.Handle, 0);
            slot.Value = null;
            _free.Push(index);
            return true;
        }
    }

    private ref Slot SlotAt(int index) => ref _chunks[index / ChunkSize]![index % ChunkSize];

    private int Grow()
    {
        if (_count == 1 << Handle.SlotBits)
            throw new StorageException(Errno.EMFILE, $"{_count} handles of kind {name} are open: close some");
        int index = _count++;
        if (index % ChunkSize == 0)
            Volatile.Write(ref _chunks[index / ChunkSize], new Slot[ChunkSize]);
        return index;
    }

    private struct Slot
    {
        public nint Handle;
        public T? Value;
        public int Version;
    }
}
