using System.Diagnostics;

namespace CurveRbd.Tests;

/// <summary>Another process that uses a store: this test program, started with the name of what it is to do.</summary>
internal sealed class ChildProcess : IAsyncDisposable
{
    /// <summary>The environment variable that holds the name.</summary>
    public const string Variable = "CURVERBD_TEST_CHILD";

    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(30);

    private readonly Process _process;

    private ChildProcess(Process process) => _process = process;

    public static ChildProcess Start(string script, params string[] arguments)
    {
        var start = new ProcessStartInfo(Environment.ProcessPath!)
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            WorkingDirectory = AppContext.BaseDirectory,
        };
        start.Environment[Variable] = script;
        foreach (string argument in arguments)
            start.ArgumentList.Add(argument);
        return new ChildProcess(Process.Start(start)!);
    }

    /// <summary>The next line that the child says.</summary>
    public async Task<string> HearAsync() =>
        await _process.StandardOutput.ReadLineAsync(CancellationToken.None).AsTask().WaitAsync(s_patience)
        ?? throw new InvalidOperationException("the child has ended");

    public async Task HearAsync(string expected) => Assert.Equal(expected, await HearAsync());

    public async Task SayAsync(string line)
    {
        await _process.StandardInput.WriteLineAsync(line);
        await _process.StandardInput.FlushAsync();
    }

    /// <summary>kill -9.</summary>
    public async Task KillAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync(CancellationToken.None).WaitAsync(s_patience);
    }

    public async Task<int> EndAsync()
    {
        await _process.WaitForExitAsync(CancellationToken.None).WaitAsync(s_patience);
        return _process.ExitCode;
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
            await KillAsync();
        _process.Dispose();
    }
}
