using CurveRbd.Rados;

namespace CurveRbd.Cli;

/// <summary>What surrounds a command: its terminal, environment variables, stores, and the user's wish to stop it.</summary>
internal sealed class CommandEnvironment
{
    public required Terminal Terminal { get; init; }

    public required IStoreProvider Stores { get; init; }

    public Func<string, string?> GetVariable { get; init; } = Environment.GetEnvironmentVariable;

    public CancellationToken Interrupted { get; init; }
}
