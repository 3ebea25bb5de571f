using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace CurveRbd.TestCluster;

/// <summary>Debian's etcd on ports of loopback, which the kernel kills when this process dies in whatever way.</summary>
internal sealed class EtcdProcess(string directory, MainThread main) : IAsyncDisposable
{
    private static readonly TimeSpan s_startTimeout = TimeSpan.FromSeconds(60);

    private readonly string _log = Path.Combine(directory, "etcd.log");
    private readonly string _peer = $"http://127.0.0.1:{FreePort()}";
    private Process? _process;

    public string Endpoint { get; } = $"http://127.0.0.1:{FreePort()}";

    /// <exception cref="InvalidOperationException">It is not installed, or does not become healthy.</exception>
    public async Task StartAsync()
    {
        _process ??= await main.DoAsync(StartProcess).ConfigureAwait(false);
        using var client = new HttpClient();
        for (long start = Stopwatch.GetTimestamp(); Stopwatch.GetElapsedTime(start) < s_startTimeout;)
        {
            if (_process.HasExited)
                throw new InvalidOperationException($"etcd ended with {_process.ExitCode}; its log is {_log}");
            if (await IsHealthyAsync(client).ConfigureAwait(false))
                return;
            await Task.Delay(50).ConfigureAwait(false);
        }

        throw new InvalidOperationException($"etcd did not become healthy at {Endpoint}; its log is {_log}");
    }

    public async Task StopAsync()
    {
        if (Interlocked.Exchange(ref _process, null) is not { } process)
            return;
        process.Kill();
        await process.WaitForExitAsync().ConfigureAwait(false);
        process.Dispose();
    }

    public async ValueTask DisposeAsync() => await StopAsync().ConfigureAwait(false);

    private static int FreePort()
    {
        using var probe = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        probe.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return ((IPEndPoint)probe.LocalEndPoint!).Port;
    }

    private Process StartProcess()
    {
        // The signal comes when the thread that starts it ends: see MainThread.
        var start = new ProcessStartInfo("sh") { UseShellExecute = false };
        foreach (string argument in (string[])
            ["-c", """log=$1; shift; exec "$@" >>"$log" 2>&1""", "sh", _log, "setpriv", "--pdeathsig", "KILL", "--", "etcd", "--name", "test", "--data-dir", Path.Combine(directory, "etcd"),
             "--listen-client-urls", Endpoint, "--advertise-client-urls", Endpoint,
             "--listen-peer-urls", _peer, "--initial-advertise-peer-urls", _peer, "--initial-cluster", $"test={_peer}"])
        {
            start.ArgumentList.Add(argument);
        }

        return Process.Start(start) ?? throw new InvalidOperationException("sh can't be started");
    }

    private async Task<bool> IsHealthyAsync(HttpClient client)
    {
        try
        {
            return (await client.GetStringAsync(new Uri($"{Endpoint}/health")).ConfigureAwait(false)).Contains("true", StringComparison.Ordinal);
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }
}
