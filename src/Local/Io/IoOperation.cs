using System.Diagnostics;
using System.Threading.Tasks.Sources;
using CurveRbd.Store;

namespace CurveRbd.Local;

/// <summary>
/// One request to a file, run by a thread of the <see cref="IoQueue"/>. Pooled: it goes back when its result is taken, so a request
/// allocates nothing. What awaits it goes on in the thread that ran it.
/// </summary>
internal sealed class IoOperation : IValueTaskSource, IValueTaskSource<VolumeExtent?>
{
    private ManualResetValueTaskSourceCore<VolumeExtent?> _core;
    private VolumeFile? _file;
    private IoKind _kind;
    private ulong _offset;
    private ulong _length;
    private IoVector _vector;
    private ZeroMode _mode;

    /// <summary>The next one in whichever list holds this one: queue, pool, or those that wait for a sync.</summary>
    public IoOperation? Next { get; set; }

    public ValueTask Task => new(this, _core.Version);

    public ValueTask<VolumeExtent?> ExtentTask => new(this, _core.Version);

    public static IoOperation Transfer(VolumeFile file, IoKind kind, ulong offset, IoVector vector)
    {
        IoOperation operation = Range(file, kind, offset, (ulong)vector.Length);
        operation._vector = vector;
        return operation;
    }

    public static IoOperation Zero(VolumeFile file, ulong offset, ulong length, ZeroMode mode)
    {
        IoOperation operation = Range(file, IoKind.Zero, offset, length);
        operation._mode = mode;
        return operation;
    }

    /// <param name="length">For <see cref="IoKind.Resize"/>, the new size.</param>
    public static IoOperation Range(VolumeFile file, IoKind kind, ulong offset, ulong length)
    {
        file.Begin(kind);
        IoOperation operation = IoOperationPool.Rent();
        operation._file = file;
        operation._kind = kind;
        operation._offset = offset;
        operation._length = length;
        return operation;
    }

    /// <summary>Runs <see cref="VolumeFile.SyncForAll"/>; nobody awaits it.</summary>
    public static IoOperation ForAllWaiters(VolumeFile file) => new() { _file = file, _kind = IoKind.Sync };

    public void Run()
    {
        if (_kind == IoKind.Sync)
        {
            _file!.SyncForAll();
            return;
        }

        try
        {
            Complete(Execute());
        }
        catch (Exception error)
        {
            Fail(error);
        }
    }

    public void Complete(VolumeExtent? result)
    {
        LetGo();
        _core.SetResult(result);
    }

    public void Fail(Exception error)
    {
        LetGo();
        _core.SetException(error);
    }

    public void GetResult(short token) => Take(token);

    VolumeExtent? IValueTaskSource<VolumeExtent?>.GetResult(short token) => Take(token);

    public ValueTaskSourceStatus GetStatus(short token) => _core.GetStatus(token);

    public void OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _core.OnCompleted(continuation, state, token, flags);

    private VolumeExtent? Execute()
    {
        VolumeFile file = _file!;
        switch (_kind)
        {
            case IoKind.Read:
                file.Read(_offset, _vector);
                return null;
            case IoKind.Write:
                file.Write(_offset, _vector);
                return null;
            case IoKind.Zero:
                file.Zero(_offset, _length, _mode);
                return null;
            case IoKind.FindData:
                return file.FindData(_offset, _offset + _length);
            case IoKind.Resize:
                file.Resize(_length);
                return null;
            default:
                throw new UnreachableException();
        }
    }

    private VolumeExtent? Take(short token)
    {
        try
        {
            return _core.GetResult(token);
        }
        finally
        {
            _core.Reset();
            IoOperationPool.Return(this);
        }
    }

    // The memory is the caller's again, and a closed file may go, before the caller hears of the end.
    private void LetGo()
    {
        VolumeFile file = _file!;
        _vector = default;
        _file = null;
        file.End(_kind);
    }
}
