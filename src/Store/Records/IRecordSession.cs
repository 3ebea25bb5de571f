namespace CurveRbd.Store;

/// <summary>A life sign: its records vanish when it is disposed, and when its process dies or loses the store for too long.</summary>
public interface IRecordSession : IAsyncDisposable
{
    /// <summary>Above 0, never reused.</summary>
    long Id { get; }

    /// <summary>Cancelled when the store has given the session up although it was not disposed.</summary>
    CancellationToken Lost { get; }

    /// <summary>
    /// Whether the store still keeps the session, for sure in this moment: false as soon as it may have given it up, also when this
    /// process was stopped meanwhile and nothing could tell it.
    /// </summary>
    bool IsHeld => !Lost.IsCancellationRequested;
}
