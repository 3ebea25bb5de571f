using CurveRbd.Rados;

namespace CurveRbd.Native;

/// <summary>A rados_read_op_t or rados_write_op_t: the steps that its caller has put together.</summary>
internal sealed class ObjectOperation
{
    private const int FailOk = 2; // LIBRADOS_OP_FLAG_FAILOK

    private readonly List<ObjectStep> _steps = [];

    public ObjectStep[] Steps
    {
        get
        {
            lock (_steps)
                return [.. _steps];
        }
    }

    public void Add(ObjectStep step)
    {
        lock (_steps)
            _steps.Add(step);
    }

    /// <summary>Flags are about the last step. All but FAILOK are hints.</summary>
    public void SetFlags(int flags)
    {
        lock (_steps)
        {
            if (_steps.Count > 0)
                _steps[^1].MayFail = (flags & FailOk) != 0;
        }
    }
}
