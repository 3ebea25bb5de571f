using System.Runtime.InteropServices;
using CurveRbd.Store;

namespace CurveRbd.Native;

/// <summary>
/// A rbd_completion_t: one operation's outcome. It has up to three owners: the caller until it releases it, the operation until the
/// callback has returned, and the image's event list until the caller has polled it; the last one gives it back to the pool.
/// </summary>
internal sealed unsafe partial class Completion : QueuedCallback
{
    private const int StateMask = 3;
    private const int WaiterBit = 4;

    private readonly int _slot;
    private readonly int* _word = (int*)NativeMemory.AllocZeroed(sizeof(int)); // state and whether somebody waits for the end
    private delegate* unmanaged[Cdecl]<nint, void*, void> _callback;
    private void* _argument;
    private nint _handle;
    private int _version;
    private int _references;
    private int _isReleased;
    private long _value;

    public Completion(int slot) => _slot = slot;

    public nint Handle => Volatile.Read(ref _handle);

    public void* Argument => _argument;

    /// <summary>Called after the first one (rados_aio_create_completion); NULL = none.</summary>
    public delegate* unmanaged[Cdecl]<nint, void*, void> SafeCallback { get; set; }

    /// <summary>Of the object that the operation was about.</summary>
    public ulong Version { get; set; }

    /// <summary>Of the operation; 0 while it is in flight.</summary>
    public long Value => State >= CompletionState.Done ? _value : 0;

    public CompletionState State => (CompletionState)(Volatile.Read(ref *_word) & StateMask);

    public bool IsComplete => State >= CompletionState.Done;

    /// <summary>In the pool's list of free ones.</summary>
    internal Completion? NextFree { get; set; }

    /// <summary>In an image's list of events.</summary>
    internal Completion? NextEvent { get; set; }

    internal void Prepare(delegate* unmanaged[Cdecl]<nint, void*, void> callback, void* argument)
    {
        _callback = callback;
        SafeCallback = null;
        Version = 0;
        _argument = argument;
        _value = 0;
        _references = 1;
        _isReleased = 0;
        IsWaitedFor = false;
        Volatile.Write(ref *_word, (int)CompletionState.Idle);
        Volatile.Write(ref _handle, Native.Handle.Make(HandleKind.Completion, ++_version, _slot));
    }

    /// <summary>The operation takes its share. One completion serves one operation.</summary>
    /// <exception cref="StorageException">EINVAL: it has served one already.</exception>
    public void Start()
    {
        if (Interlocked.CompareExchange(ref *_word, (int)CompletionState.InFlight, (int)CompletionState.Idle) != (int)CompletionState.Idle)
            throw new StorageException(Errno.EINVAL, "this completion has been used for another operation: create one for each");
        Interlocked.Increment(ref _references);
    }

    /// <summary>The operation was refused before it began: the completion may serve another.</summary>
    public void Cancel()
    {
        SetState(CompletionState.Idle);
        Drop();
    }

    /// <summary>The caller's share; a second release is a mistake of the caller and has no effect.</summary>
    public void Release()
    {
        if (Interlocked.Exchange(ref _isReleased, 1) == 0)
            Drop();
    }

    public void Wait()
    {
        while (true)
        {
            int word = Volatile.Read(ref *_word);
            if ((word & StateMask) == (int)CompletionState.Complete)
                return;
            if ((word & WaiterBit) == 0)
            {
                Interlocked.Or(ref *_word, WaiterBit);
                continue;
            }

            Libc.Wait(_word, word);
        }
    }

    internal void AddReference() => Interlocked.Increment(ref _references);

    internal void Drop()
    {
        if (Interlocked.Decrement(ref _references) > 0)
            return;
        Volatile.Write(ref _handle, 0);
        CompletionPool.GiveBack(this);
    }

    private void SetState(CompletionState state)
    {
        int word = Volatile.Read(ref *_word);
        int found;
        while ((found = Interlocked.CompareExchange(ref *_word, (word & ~StateMask) | (int)state, word)) != word)
            word = found;
        if (state == CompletionState.Complete && (word & WaiterBit) != 0)
            Libc.WakeAll(_word);
    }
}
