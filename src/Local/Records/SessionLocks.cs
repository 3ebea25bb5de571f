using System.Collections.Concurrent;
using CurveRbd.Store;
using Microsoft.Win32.SafeHandles;

namespace CurveRbd.Local;

/// <summary>
/// Which sessions live. Each holds a POSIX lock on one byte of <c>sessions.lock</c>, at the offset of its id: the kernel drops it when
/// the process dies, however it dies, and a forked child has none of it. Closing any descriptor of that file drops all of the
/// process's locks on it, so it is open once in a process, for as long as the store.
/// </summary>
internal sealed class SessionLocks : IDisposable
{
    private readonly ConcurrentDictionary<long, bool> _own = new();
    private readonly SafeFileHandle? _file;
    private readonly string _path;
    private readonly bool _isReadOnly;

    /// <param name="readOnly">A store that can't be written has no sessions of its own, and sees those of others if it can.</param>
    public SessionLocks(FilePath root, bool readOnly)
    {
        FilePath path = root.Of("sessions.lock");
        _path = path.Text;
        _isReadOnly = readOnly;
        _file = readOnly ? TryOpen(path) : Open(path, root);
    }

    public IEnumerable<long> Own => _own.Keys;

    public void Add(long session)
    {
        if (!_isReadOnly)
            Set(session, Libc.WriteLock);
        _own[session] = true;
    }

    public void Remove(long session)
    {
        if (_own.TryRemove(session, out _) && !_isReadOnly)
            Set(session, Libc.Unlocked);
    }

    public bool IsOwn(long session) => _own.ContainsKey(session);

    public bool IsAlive(long session) => IsOwn(session) || IsHeldByOthers(session);

    public void Dispose() => _file?.Dispose();

    private static SafeFileHandle Open(FilePath path, FilePath root)
    {
        while (true)
        {
            try
            {
                return path.TryStat(out _) ? path.Open(readOnly: false) : path.Create(root);
            }
            catch (StorageException error) when (error.Errno is Errno.EEXIST)
            {
                // Another process made it in this moment.
            }
        }
    }

    private static SafeFileHandle? TryOpen(FilePath path)
    {
        try
        {
            return path.Open(readOnly: true);
        }
        catch (StorageException)
        {
            return null;
        }
    }

    private bool IsHeldByOthers(long session)
    {
        if (_file is null)
            return true;
        RangeLock range = At(session, Libc.WriteLock);
        FileFailure.Check(Libc.Lock((int)_file.DangerousGetHandle(), Libc.GetLock, ref range), "look for the locks of", _path);
        return range.Type != Libc.Unlocked;
    }

    private void Set(long session, short type)
    {
        RangeLock range = At(session, type);
        FileFailure.Check(Libc.Lock((int)_file!.DangerousGetHandle(), Libc.SetLock, ref range), "lock a session in", _path);
    }

    private static RangeLock At(long session, short type) => new() { Type = type, Start = session, Length = 1 };
}
