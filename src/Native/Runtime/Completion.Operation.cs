using CurveRbd.Rbd;
using CurveRbd.Store;

namespace CurveRbd.Native;

// The operation side: follow what the image returns, tell the host. Reused objects only, so that a request allocates nothing.
internal sealed unsafe partial class Completion
{
    private Action? _onOver;
    private OpenImage? _image;
    private Following _following;
    private ValueTask<int> _count;
    private ValueTask<ulong> _length;
    private ValueTask<CompareAndWriteResult> _comparison;
    private ValueTask _plain;
    private ulong* _mismatch;
    private bool _tellsLength;

    private enum Following
    {
        Count,
        Length,
        Comparison,
        Plain,
    }

    /// <summary>What the caller lends to the operation.</summary>
    public LentVector Data { get; } = new();

    public LentVector Compare { get; } = new();

    private Action OnOver => _onOver ??= Finish;

    /// <summary>For a caller that waits: no event, and the value is the number of bytes also where aio answers 0.</summary>
    public bool IsWaitedFor { get; set; }

    /// <summary>Takes a share of <paramref name="image"/> too, which cannot be closed before the callback has returned.</summary>
    public void Start(OpenImage image)
    {
        Start();
        image.Enter();
        _image = image;
    }

    /// <param name="isRead">Reads tell the number of bytes.</param>
    public void Follow(ValueTask<int> operation, bool isRead)
    {
        _following = Following.Count;
        _tellsLength = isRead || IsWaitedFor;
        _count = operation;
        Await(operation.IsCompleted);
    }

    public void Follow(ValueTask<ulong> operation)
    {
        _following = Following.Length;
        _length = operation;
        Await(operation.IsCompleted);
    }

    /// <param name="mismatch">Where the index of the first differing byte goes; may be NULL.</param>
    public void Follow(ValueTask<CompareAndWriteResult> operation, ulong* mismatch)
    {
        _following = Following.Comparison;
        _mismatch = mismatch;
        _comparison = operation;
        Await(operation.IsCompleted);
    }

    public void Follow(ValueTask operation)
    {
        _following = Following.Plain;
        _plain = operation;
        Await(operation.IsCompleted);
    }

    /// <summary>For operations that are not on the I/O path.</summary>
    public void Follow(Task operation) => Follow(new ValueTask(operation));

    /// <summary>For operations of which somebody else keeps track.</summary>
    public void Finish(long value) => End(value);

    /// <summary>Ends an operation that could not be begun.</summary>
    public void Fail(Exception error) => End(Failure.CodeOf(error));

    /// <param name="value">What the operation answers: a number of bytes, 0, or a negative errno.</param>
    public void End(long value)
    {
        _value = value;
        Data.GiveBack();
        Compare.GiveBack();
        Announce();
    }

    /// <summary>On the completion thread.</summary>
    public override void Run()
    {
        OpenImage? image = _image;
        _image = null;
        if (_callback is not null)
            _callback(Handle, _argument);
        if (SafeCallback is not null)
            SafeCallback(Handle, _argument);
        if (!IsWaitedFor && _isReleased == 0)
            image?.Signal(this);
        SetState(CompletionState.Complete);
        Drop();
        image?.Leave();
    }

    private void Await(bool isOver)
    {
        if (isOver)
            Finish();
        else if (_following == Following.Count)
            _count.ConfigureAwait(false).GetAwaiter().UnsafeOnCompleted(OnOver);
        else if (_following == Following.Length)
            _length.ConfigureAwait(false).GetAwaiter().UnsafeOnCompleted(OnOver);
        else if (_following == Following.Comparison)
            _comparison.ConfigureAwait(false).GetAwaiter().UnsafeOnCompleted(OnOver);
        else
            _plain.ConfigureAwait(false).GetAwaiter().UnsafeOnCompleted(OnOver);
    }

    private void Finish()
    {
        long value;
        try
        {
            value = TakeValue();
        }
        catch (Exception error)
        {
            value = Failure.CodeOf(error);
        }

        End(value);
    }

    // A value task is taken once and must not keep its source alive.
    private long TakeValue()
    {
        if (_following == Following.Count)
        {
            ValueTask<int> count = _count;
            _count = default;
            int moved = count.GetAwaiter().GetResult();
            return _tellsLength ? moved : 0;
        }

        if (_following == Following.Length)
        {
            ValueTask<ulong> length = _length;
            _length = default;
            ulong changed = length.GetAwaiter().GetResult();
            return IsWaitedFor ? (long)changed : 0;
        }

        if (_following == Following.Comparison)
        {
            ValueTask<CompareAndWriteResult> comparison = _comparison;
            _comparison = default;
            return Judge(comparison.GetAwaiter().GetResult());
        }

        ValueTask plain = _plain;
        _plain = default;
        plain.GetAwaiter().GetResult();
        return 0;
    }

    private long Judge(CompareAndWriteResult result)
    {
        if (result.IsMatch)
            return IsWaitedFor ? result.Length : 0;
        if (_mismatch is not null)
            *_mismatch = (ulong)result.Mismatch;
        return -(long)Errno.EILSEQ;
    }

    // The value is final from here on. Without a callback or an event nobody can tell on which thread it ends.
    private void Announce()
    {
        OpenImage? image = _image;
        bool isWatched = _callback is not null || SafeCallback is not null || (!IsWaitedFor && image is { HasEvents: true });
        SetState(CompletionState.Done);
        if (isWatched)
            (image?.Queue ?? CompletionQueue.Shared).Post(this);
        else
            Run();
    }
}
