using CurveRbd.Store;
using Microsoft.Win32.SafeHandles;

namespace CurveRbd.Local;

/// <summary>An open volume's file and the blocking calls on it. It closes when it is disposed and no request holds it any more.</summary>
internal sealed class VolumeFile : IDisposable
{
    private const int ZeroesLength = 1024 * 1024;

    private static readonly Lazy<byte[]> s_zeroes = new(() => new byte[ZeroesLength]);

    private readonly SafeFileHandle _handle;
    private readonly FilePath _path;
    private readonly int _file;
    private readonly SharedSync _sync;
    private readonly CallerWrites _callerWrites = new();
    private bool _isCachedReadRefused;
    private int _changesInFlight;
    private ulong _size;

    public VolumeFile(FilePath path, bool readOnly)
    {
        _path = path;
        _handle = path.Open(readOnly);
        _file = (int)_handle.DangerousGetHandle();
        _sync = new SharedSync(this);
        _size = Stat().Size;
    }

    /// <summary>In bytes, as last known.</summary>
    public ulong Size => Volatile.Read(ref _size);

    public bool IsClosed => _handle.IsClosed;

    /// <summary>Keeps the file open until <see cref="End"/>.</summary>
    /// <exception cref="ObjectDisposedException">The volume was closed.</exception>
    public void Begin(IoKind kind)
    {
        bool isHeld = false;
        _handle.DangerousAddRef(ref isHeld);
        if (IsChange(kind))
            Interlocked.Increment(ref _changesInFlight);
    }

    public void End(IoKind kind)
    {
        if (IsChange(kind))
            Interlocked.Decrement(ref _changesInFlight);
        _handle.DangerousRelease();
    }

    public void Dispose() => _handle.Dispose();

    public void Refresh() => Volatile.Write(ref _size, Stat().Size);

    /// <returns>false: the bytes are not in the page cache, all of them.</returns>
    public bool TryReadCached(ulong offset, IoVector buffer)
    {
        if (_isCachedReadRefused)
            return false;

        Begin(IoKind.Read);
        try
        {
            return PositionalIo.TryReadCached(_file, offset, buffer, ref _isCachedReadRefused);
        }
        finally
        {
            End(IoKind.Read);
        }
    }

    /// <summary>Writes into the page cache on the caller's thread, when that is not likely to take long.</summary>
    /// <returns>false: it was not done.</returns>
    public bool TryWriteAtOnce(ulong offset, IoVector data)
    {
        // Changes of one file wait for each other in the kernel, and one in flight may be a long one.
        if (!CallerWrites.IsShort(offset, data.Length) || Volatile.Read(ref _changesInFlight) != 0 || !_callerWrites.MayStart(out CallerWrites.Start start))
            return false;

        Begin(IoKind.Read);
        try
        {
            Write(offset, data);
        }
        finally
        {
            End(IoKind.Read);
            _callerWrites.Ended(start);
        }

        return true;
    }

    public void Read(ulong offset, IoVector buffer) => Check(PositionalIo.Read(_file, offset, buffer), "read");

    public void Write(ulong offset, IoVector data) => Check(PositionalIo.Write(_file, offset, data), "write");

    public void Zero(ulong offset, ulong length, ZeroMode mode)
    {
        int how = Libc.KeepSize | (mode == ZeroMode.Unmap ? Libc.PunchHole : Libc.ZeroRange);
        while (Libc.Allocate(_file, how, (long)offset, (long)length) < 0)
        {
            int errno = FileFailure.LastErrno;
            if (errno is (int)Errno.EOPNOTSUPP or (int)Errno.ENOSYS)
            {
                WriteZeroes(offset, length);
                return;
            }

            if (errno != (int)Errno.EINTR)
                throw FileFailure.Of(errno, "zero a range of", _path.Text);
        }
    }

    public ValueTask SyncAsync() => _sync.RequestAsync();

    public void SyncForAll() => _sync.Run();

    /// <returns>null when the file system knows that nothing was written in [offset, end).</returns>
    public VolumeExtent? FindData(ulong offset, ulong end)
    {
        long data = Libc.Seek(_file, (long)offset, Libc.SeekData);
        if (data < 0)
            return FileFailure.LastErrno == (int)Errno.ENXIO ? null : Everything(offset, end);
        if ((ulong)data >= end)
            return null;

        long hole = Libc.Seek(_file, data, Libc.SeekHole);
        ulong dataEnd = hole < 0 ? end : Math.Min(end, (ulong)hole);
        return dataEnd <= (ulong)data ? Everything((ulong)data, end) : new VolumeExtent((ulong)data, dataEnd - (ulong)data);
    }

    public void Resize(ulong size)
    {
        Check(Libc.Truncate(_file, (long)size) < 0 ? FileFailure.LastErrno : 0, $"set the size ({size} bytes) of");
        SyncNow();
        Volatile.Write(ref _size, size);
    }

    public void SyncNow()
    {
        while (Libc.SyncData(_file) < 0)
        {
            if (FileFailure.LastErrno != (int)Errno.EINTR)
                throw FileFailure.Last("make the writes durable of", _path.Text);
        }
    }

    private static bool IsChange(IoKind kind) => kind is IoKind.Write or IoKind.Zero or IoKind.Resize;

    // What the file system can't tell may be data.
    private static VolumeExtent? Everything(ulong offset, ulong end) => new VolumeExtent(offset, end - offset);

    private FileStatus Stat()
    {
        FileStatus status = default;
        byte empty = 0;
        FileFailure.Check(Libc.Stat(_file, ref empty, Libc.EmptyPath, Libc.BasicStats, ref status), "look at", _path.Text);
        return status;
    }

    private void Check(int errno, string action)
    {
        if (errno != 0)
            throw FileFailure.Of(errno, action, _path.Text);
    }

    private void WriteZeroes(ulong offset, ulong length)
    {
        Memory<byte> zeroes = s_zeroes.Value;
        for (ulong done = 0; done < length;)
        {
            int count = (int)Math.Min(length - done, ZeroesLength);
            Write(offset + done, zeroes[..count]);
            done += (ulong)count;
        }
    }
}
