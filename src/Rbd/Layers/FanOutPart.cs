namespace CurveRbd.Rbd;

/// <summary>Watches one volume request of a <see cref="FanOut"/>.</summary>
internal sealed class FanOutPart
{
    private readonly FanOut _owner;
    private readonly Action _onDone;
    private ValueTask _operation;

    public FanOutPart(FanOut owner)
    {
        _owner = owner;
        _onDone = OnDone;
    }

    public void Watch(ValueTask operation)
    {
        _operation = operation;
        operation.ConfigureAwait(false).GetAwaiter().UnsafeOnCompleted(_onDone);
    }

    private void OnDone()
    {
        ValueTask operation = _operation;
        _operation = default;
        _owner.OnPartDone(operation);
    }
}
