using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace CurveRbd.Etcd.Tests;

/// <summary>Debian's etcd on free ports of loopback, with a directory of its own.</summary>
public sealed class EtcdServer : IAsyncLifetime
{
    private readonly string _directory = Directory.CreateTempSubdirectory("etcd").FullName;
    private readonly int _clientPort = FreePort();
    private readonly int _peerPort = FreePort();
    private Process? _process;
    private int _lastPrefix;

    public string Endpoint => $"http://127.0.0.1:{_clientPort}";

    /// <summary>An address at which nobody listens.</summary>
    public static string DeadEndpoint => $"http://127.0.0.1:{FreePort()}";

    public async ValueTask InitializeAsync() => await StartAsync();

    /// <summary>Settings of a store that is empty.</summary>
    public EtcdOptions NewOptions() => new()
    {
        Endpoints = [Endpoint],
        Prefix = $"/test{Interlocked.Increment(ref _lastPrefix)}/",
    };

    public async Task StartAsync()
    {
        string peer = $"http://127.0.0.1:{_peerPort}";
        var start = new ProcessStartInfo("etcd") { UseShellExecute = false, RedirectStandardError = true, RedirectStandardOutput = true };
        foreach (string argument in (string[])
            ["--name", "test", "--data-dir", _directory, "--listen-client-urls", Endpoint, "--advertise-client-urls", Endpoint,
             "--listen-peer-urls", peer, "--initial-advertise-peer-urls", peer, "--initial-cluster", $"test={peer}"])
        {
            start.ArgumentList.Add(argument);
        }

        _process = Process.Start(start)!;
        _process.OutputDataReceived += static (_, _) => { };
        _process.ErrorDataReceived += static (_, _) => { };
        _process.BeginErrorReadLine();
        _process.BeginOutputReadLine();
        await WaitUntilHealthyAsync();
    }

    public async Task StopAsync()
    {
        if (Interlocked.Exchange(ref _process, null) is not { } process)
            return;
        process.Kill();
        await process.WaitForExitAsync();
        process.Dispose();
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        Directory.Delete(_directory, recursive: true);
    }

    private static int FreePort()
    {
        using var probe = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        probe.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return ((IPEndPoint)probe.LocalEndPoint!).Port;
    }

    private async Task WaitUntilHealthyAsync()
    {
        using var client = new HttpClient();
        for (int tries = 0; tries < 300; tries++)
        {
            try
            {
                if ((await client.GetStringAsync($"{Endpoint}/health")).Contains("true", StringComparison.Ordinal))
                    return;
            }
            catch (HttpRequestException)
            {
                // Not listening yet.
            }

            await Task.Delay(100);
        }

        throw new InvalidOperationException($"etcd did not become healthy at {Endpoint}");
    }
}
