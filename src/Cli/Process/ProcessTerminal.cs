using CurveRbd.Stores;

namespace CurveRbd.Cli;

/// <summary>The process's own standard streams and stores.</summary>
internal static class ProcessTerminal
{
    public static CommandEnvironment CreateEnvironment(CancellationToken interrupted) => new()
    {
        Terminal = new Terminal(new StandardStream(0), new StandardStream(1), new StandardStream(2)),
        Stores = new ConfiguredStores(),
        Interrupted = interrupted,
    };
}
