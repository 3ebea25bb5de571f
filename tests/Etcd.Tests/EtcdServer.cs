using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;

namespace CurveRbd.Etcd.Tests;

/// <summary>Debian's etcd on free ports of loopback, with a directory of its own.</summary>
public sealed class EtcdServer : IAsyncLifetime
{
    private readonly string _directory = Directory.CreateTempSubdirectory("etcd").FullName;
    private readonly int _clientPort = FreePort();
    private readonly int _peerPort = FreePort();
    private Process? _process;
    private readonly TestCertificates? _certificates;
    private int _lastPrefix;

    public EtcdServer()
    {
    }

    /// <summary>One that speaks TLS and demands a certificate of its clients.</summary>
    internal EtcdServer(TestCertificates certificates) => _certificates = certificates;

    public string Endpoint => $"{(_certificates is null ? "http" : "https")}://127.0.0.1:{_clientPort}";

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

        AddCertificates(start);

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

    private void AddCertificates(ProcessStartInfo start)
    {
        if (_certificates is null)
            return;
        foreach (string argument in (string[])
            ["--cert-file", _certificates.CertificateOf("server"), "--key-file", _certificates.KeyOf("server"),
             "--client-cert-auth", "--trusted-ca-file", _certificates.Authority])
        {
            start.ArgumentList.Add(argument);
        }
    }

    private async Task WaitUntilHealthyAsync()
    {
        using var handler = new SocketsHttpHandler();
        if (_certificates is not null)
        {
            handler.SslOptions.ClientCertificates =
                [X509Certificate2.CreateFromPemFile(_certificates.CertificateOf("client"), _certificates.KeyOf("client"))];
            handler.SslOptions.CertificateChainPolicy = new X509ChainPolicy
            {
                TrustMode = X509ChainTrustMode.CustomRootTrust,
                RevocationMode = X509RevocationMode.NoCheck,
                CustomTrustStore = { X509CertificateLoader.LoadCertificateFromFile(_certificates.Authority) },
            };
        }

        using var client = new HttpClient(handler);
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
