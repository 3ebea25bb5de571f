using Microsoft.Extensions.Logging;

namespace CurveRbd.Rados;

/// <summary>The messages of one subsystem ("rbd" obeys debug_rbd).</summary>
internal sealed class SubsystemLogger(CephLog log, string subsystem) : ILogger
{
    private readonly string _option = $"debug_{subsystem}";
    private volatile Levels? _levels;

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => logLevel < LogLevel.None && CephLevel(logLevel) <= GatherLevel();

    public void Log<TState>(
        LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        if (!IsEnabled(logLevel))
            return;
        string message = formatter(state, exception);
        log.Write(subsystem, CephLevel(logLevel), GatherLevel(), exception is null ? message : $"{message}: {exception.Message}");
    }

    private static int CephLevel(LogLevel level) => level switch
    {
        LogLevel.Critical or LogLevel.Error => -1,
        LogLevel.Warning => 0,
        LogLevel.Information => 5,
        LogLevel.Debug => 10,
        _ => 20,
    };

    // Errors are let through at every level: err_to_stderr wants them whatever debug_rbd says.
    private int GatherLevel()
    {
        int generation = log.Conf.Generation;
        if (_levels is not { } levels || levels.Generation != generation)
        {
            string value = log.Conf.GetText(_option);
            int slash = value.IndexOf('/', StringComparison.Ordinal);
            _levels = levels = new Levels(generation, int.Parse(slash < 0 ? value : value[..slash]));
        }

        return levels.Gather;
    }

    private sealed record Levels(int Generation, int Gather);
}
