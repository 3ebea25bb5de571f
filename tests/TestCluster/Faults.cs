using CurveRbd.Brpc;
using CurveRbd.Curve.Messages;

namespace CurveRbd.TestCluster;

/// <summary>What goes wrong, scripted: each fault hits the next so many requests it fits.</summary>
public sealed class Faults
{
    private readonly List<Fault> _faults = [];
    private readonly List<string> _violations = [];

    /// <summary>How many requests have been hit.</summary>
    public int Hits { get; private set; }

    /// <summary>What clients sent that would have destroyed data in CurveBS.</summary>
    public IReadOnlyList<string> Violations
    {
        get
        {
            lock (_faults)
                return [.. _violations];
        }
    }

    public void Inject(Fault fault)
    {
        lock (_faults)
            _faults.Add(fault);
    }

    public void Clear()
    {
        lock (_faults)
            _faults.Clear();
    }

    internal void Report(string violation)
    {
        lock (_faults)
            _violations.Add(violation);
    }

    internal Fault? Take(string method, string server)
    {
        lock (_faults)
        {
            if (_faults.Find(fault => fault.Fits(method, server)) is not { } hit)
                return null;
            Hits++;
            if (--hit.Times == 0)
                _faults.Remove(hit);
            return hit;
        }
    }
}

/// <summary>One kind of trouble.</summary>
/// <param name="Method">Bare name of the method it hits; null = any.</param>
public sealed record Fault(string? Method)
{
    /// <summary>Which server, as ip:port; null = any.</summary>
    public string? Server { get; init; }

    public int Times { get; set; } = 1;

    /// <summary>
    /// Executed at once and answered so much later. (A chunkserver executes requests in the order in which they came: one that
    /// its client has given up never overtakes that client's next.)
    /// </summary>
    public TimeSpan Delay { get; init; }

    /// <summary>Lies unread until this is done, and is executed then.</summary>
    public Task? UnreadUntil { get; init; }

    /// <summary>Not executed and never answered.</summary>
    public bool IsDropped { get; init; }

    /// <summary>Executed, but the answer gets lost.</summary>
    public bool IsReplyDropped { get; init; }

    /// <summary>The connection is reset instead of an answer.</summary>
    public bool IsReset { get; init; }

    /// <summary>Answered with this RPC error instead of being executed.</summary>
    public RpcErrorCode? Error { get; init; }

    /// <summary>A chunk request is answered with this instead of being executed.</summary>
    public ChunkOpStatus? ChunkStatus { get; init; }

    /// <summary>A request about files is answered with this instead of being executed.</summary>
    public StatusCode? Status { get; init; }

    internal bool Fits(string method, string server) =>
        (Method is null || string.Equals(Method, method, StringComparison.Ordinal))
        && (Server is null || string.Equals(Server, server, StringComparison.Ordinal));
}
