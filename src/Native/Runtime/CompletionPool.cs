using System.Diagnostics.CodeAnalysis;
using CurveRbd.Store;

namespace CurveRbd.Native;

/// <summary>All completions of the process. Each keeps its slot and goes from one caller to the next under a new handle.</summary>
internal static unsafe class CompletionPool
{
    private const int ChunkSize = 256;

    private static readonly Completion[]?[] s_chunks = new Completion[]?[(1 << Handle.SlotBits) / ChunkSize];
    private static readonly Lock s_lock = new();
    private static Completion? s_free;
    private static int s_count;

    /// <summary>A completion with one reference, the caller's.</summary>
    public static Completion Rent(delegate* unmanaged[Cdecl]<nint, void*, void> callback, void* argument)
    {
        Completion completion;
        lock (s_lock)
        {
            completion = s_free ?? Grow();
            s_free = completion.NextFree;
        }

        completion.NextFree = null;
        completion.Prepare(callback, argument);
        return completion;
    }

    public static void GiveBack(Completion completion)
    {
        lock (s_lock)
        {
            completion.NextFree = s_free;
            s_free = completion;
        }
    }

    public static bool TryGet(nint handle, [NotNullWhen(true)] out Completion? completion)
    {
        int slot = Handle.SlotOf(handle);
        completion = Volatile.Read(ref s_chunks[slot / ChunkSize])?[slot % ChunkSize];
        if (completion is not null && handle != 0 && completion.Handle == handle)
            return true;
        completion = null;
        return false;
    }

    /// <exception cref="StorageException">EBADF.</exception>
    public static Completion Get(nint handle) =>
        TryGet(handle, out Completion? completion) ? completion : throw Failure.BadHandle("completion");

    private static Completion Grow()
    {
        if (s_count == 1 << Handle.SlotBits)
            throw new StorageException(Errno.EMFILE, $"{s_count} completions exist: release some");
        int chunk = s_count / ChunkSize;
        var grown = new Completion[ChunkSize];
        for (int i = 0; i < ChunkSize; i++)
            grown[i] = new Completion(s_count++);
        Volatile.Write(ref s_chunks[chunk], grown);
        for (int i = 0; i < ChunkSize - 1; i++)
            grown[i].NextFree = grown[i + 1];
        return grown[0];
    }
}
