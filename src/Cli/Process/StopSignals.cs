using System.Runtime.InteropServices;

namespace CurveRbd.Cli;

/// <summary>
/// Turns the first SIGINT, SIGTERM or SIGHUP into a cancelled token, so that a command can clean up. A second one ends the process.
/// </summary>
internal sealed class StopSignals : IDisposable
{
    private static readonly (PosixSignal Signal, int Number)[] s_signals =
        [(PosixSignal.SIGHUP, 1), (PosixSignal.SIGINT, 2), (PosixSignal.SIGTERM, 15)];

    private readonly CancellationTokenSource _stop = new();
    private readonly PosixSignalRegistration[] _registrations;
    private int _received;

    public StopSignals() =>
        _registrations = [.. s_signals.Select(signal => PosixSignalRegistration.Create(signal.Signal, context => Receive(context, signal.Number)))];

    public CancellationToken Token => _stop.Token;

    /// <summary>As a shell reports a program that died of the signal; null when none came.</summary>
    public int? ExitCode => _received == 0 ? null : 128 + _received;

    public void Dispose()
    {
        foreach (PosixSignalRegistration registration in _registrations)
            registration.Dispose();
        _stop.Dispose();
    }

    private void Receive(PosixSignalContext context, int number)
    {
        if (Interlocked.CompareExchange(ref _received, number, 0) != 0)
            return;
        context.Cancel = true;
        _stop.Cancel();
    }
}
