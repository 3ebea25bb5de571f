using System.Text.Json.Serialization;

namespace CurveRbd.TestCluster;

/// <summary>What a nebd-server remembers of a file across restarts, and of its requests.</summary>
internal sealed class NebdRecord
{
    private readonly TaskCompletionSource _idle = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _underWay;
    private bool _isClosing;

    public required string FileName { get; init; }

    public required int Fd { get; init; }

    public bool IsExclusive { get; init; } = true;

    /// <summary>null: closed for lack of heartbeats, or it could not be opened; the next request tries again.</summary>
    internal InnerVolume? Volume { get; set; }

    /// <summary>Timestamp of the last heartbeat.</summary>
    internal long Seen { get; set; }

    [JsonIgnore]
    internal bool IsIdle => _underWay == 0;

    /// <returns>false: it was closed, nothing is done any more.</returns>
    internal bool TryBegin()
    {
        if (_isClosing)
            return false;
        _underWay++;
        return true;
    }

    internal void End()
    {
        if (--_underWay == 0 && _isClosing)
            _idle.SetResult();
    }

    /// <summary>Refuses what comes from now on, and completes when everything before is over.</summary>
    internal Task EndAllAsync()
    {
        if (!_isClosing)
        {
            _isClosing = true;
            if (_underWay == 0)
                _idle.SetResult();
        }

        return _idle.Task;
    }
}
