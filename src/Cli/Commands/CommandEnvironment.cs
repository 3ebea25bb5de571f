using CurveRbd.Rados;

namespace CurveRbd.Cli;

/// <summary>What surrounds a command: its terminal, environment variables, stores, and the user's wish to stop it.</summary>
internal sealed class CommandEnvironment
{
    public required Terminal Terminal { get; init; }

    public required IStoreProvider Stores { get; init; }

    public Func<string, string?> GetVariable { get; init; } = Environment.GetEnvironmentVariable;

    /// <summary>Applied to a fresh configuration before any file is read.</summary>
    public Action<CephConf> Prepare { get; init; } = _ => { };

    public CancellationToken Interrupted { get; init; }
}
