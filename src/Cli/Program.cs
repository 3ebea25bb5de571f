using CurveRbd.Cli;

using var signals = new StopSignals();
int exitCode = await MultiCall.RunAsync(ProcessLine.Read(), ProcessTerminal.CreateEnvironment(signals.Token)).ConfigureAwait(false);
return signals.ExitCode ?? exitCode;
