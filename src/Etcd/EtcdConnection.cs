using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using CurveRbd.Etcd.Api;
using CurveRbd.Store;
using Grpc.Core;
using Grpc.Net.Client;

namespace CurveRbd.Etcd;

/// <summary>The members of one etcd: a channel to each, and the one that answered last. Says errors as <see cref="StorageException"/>s.</summary>
internal sealed class EtcdConnection : IDisposable
{
    // For an etcd that has let a call run out of time: whoever closes, and needs it for five things, must not wait for each of them.
    private static readonly TimeSpan s_patienceWhenAway = TimeSpan.FromSeconds(1);

    private readonly EtcdOptions _options;
    private readonly TimeProvider _time;
    private readonly GrpcChannel[] _channels;
    private volatile string? _token;
    private volatile bool _isAway;
    private int _current;

    public EtcdConnection(EtcdOptions options, TimeProvider time)
    {
        _options = options;
        _time = time;
        _channels = [.. options.Endpoints.Select(Open)];
    }

    /// <summary>The channel of the member that answered last.</summary>
    public GrpcChannel Current => _channels[Volatile.Read(ref _current)];

    private TimeSpan Patience => _isAway && s_patienceWhenAway < _options.Timeout ? s_patienceWhenAway : _options.Timeout;

    public void Dispose()
    {
        foreach (GrpcChannel channel in _channels)
            channel.Dispose();
    }

    /// <param name="isRepeatable">Whether a call whose fate is unknown may be made again; one that never left may be in any case.</param>
    public async Task<T> CallAsync<T>(
        string doing, bool isRepeatable, Func<GrpcChannel, CallOptions, AsyncUnaryCall<T>> call, CancellationToken cancellationToken)
    {
        long start = _time.GetTimestamp();
        TimeSpan patience = Patience;
        for (int tries = 1; ; tries++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            int index = Volatile.Read(ref _current);
            try
            {
                CallOptions options = await OptionsAsync(index, patience - _time.GetElapsedTime(start), cancellationToken).ConfigureAwait(false);
                using AsyncUnaryCall<T> running = call(_channels[index], options);
                T reply = await running.ResponseAsync.ConfigureAwait(false);
                _isAway = false;
                return reply;
            }
            catch (RpcException error) when (error.StatusCode == StatusCode.Cancelled && cancellationToken.IsCancellationRequested)
            {
                throw new OperationCanceledException(error.Message, error, cancellationToken);
            }
            catch (RpcException error) when (MayRepeat(error, isRepeatable) && _time.GetElapsedTime(start) < patience)
            {
                MoveOn(index, error);
                if (tries % _channels.Length == 0)
                    await Task.Delay(TimeSpan.FromMilliseconds(100), _time, cancellationToken).ConfigureAwait(false);
            }
            catch (RpcException error)
            {
                if (IsSilence(error))
                {
                    MoveOn(index, error);
                    _isAway = true;
                }

                throw FailureOf(error, doing);
            }
        }
    }

    /// <summary>Headers of a call without a deadline, such as a watch.</summary>
    public async Task<Metadata> HeadersAsync(CancellationToken cancellationToken) =>
        (await OptionsAsync(Volatile.Read(ref _current), _options.Timeout, cancellationToken).ConfigureAwait(false)).Headers!;

    /// <summary>The member at hand has failed: the next one is asked from now on.</summary>
    public void MoveOn(GrpcChannel failed)
    {
        int index = Array.IndexOf(_channels, failed);
        Interlocked.CompareExchange(ref _current, (index + 1) % _channels.Length, index);
    }

    public StorageException FailureOf(RpcException error, string doing)
    {
        Errno errno = error.StatusCode switch
        {
            StatusCode.NotFound when error.Status.Detail.Contains("lease", StringComparison.Ordinal) => Errno.ESHUTDOWN,
            StatusCode.Unavailable or StatusCode.DeadlineExceeded => Errno.ETIMEDOUT,
            StatusCode.Unauthenticated or StatusCode.PermissionDenied => Errno.EACCES,
            StatusCode.ResourceExhausted => Errno.ENOSPC,
            StatusCode.InvalidArgument when error.Status.Detail.Contains("authentication", StringComparison.Ordinal) => Errno.EACCES,
            StatusCode.InvalidArgument => Errno.EINVAL,
            _ => Errno.EIO,
        };
        string endpoints = string.Join(", ", _options.Endpoints);
        string what = IsSilence(error)
            ? $"etcd {endpoints} does not answer: is it running, does it have a leader, and is curve_etcd right? ({(error.Status.Detail is "" ? error.StatusCode : error.Status.Detail)})"
            : $"etcd {endpoints} answers {error.StatusCode}: {error.Status.Detail}";
        return new StorageException(errno, $"{doing}: {what}", error);
    }

    private void MoveOn(int index, RpcException error)
    {
        // The token has expired; a new one is fetched with the next try.
        if (error.StatusCode == StatusCode.Unauthenticated)
            _token = null;
        else
            Interlocked.CompareExchange(ref _current, (index + 1) % _channels.Length, index);
    }

    private bool MayRepeat(RpcException error, bool isRepeatable) => error.StatusCode switch
    {
        StatusCode.Unauthenticated => _token is not null,
        StatusCode.Unavailable => isRepeatable || NeverLeft(error),
        _ => false,
    };

    private static bool IsSilence(RpcException error) => error.StatusCode is StatusCode.Unavailable or StatusCode.DeadlineExceeded;

    private static bool NeverLeft(RpcException error)
    {
        Exception? cause = error.Status.DebugException;
        while (cause is not null and not SocketException)
            cause = cause.InnerException;
        return cause is SocketException { SocketErrorCode: SocketError.ConnectionRefused };
    }

    private async Task<CallOptions> OptionsAsync(int index, TimeSpan left, CancellationToken cancellationToken)
    {
        DateTime deadline = DateTime.UtcNow + (left > TimeSpan.Zero ? left : TimeSpan.Zero);
        var headers = new Metadata();
        if (_options.User.Length > 0)
            headers.Add("token", _token ??= await AuthenticateAsync(index, deadline, cancellationToken).ConfigureAwait(false));
        return new CallOptions(headers, deadline, cancellationToken);
    }

    private async Task<string> AuthenticateAsync(int index, DateTime deadline, CancellationToken cancellationToken)
    {
        var request = new AuthenticateRequest { Name = _options.User, Password = _options.Password };
        AuthenticateResponse reply = await new Auth.AuthClient(_channels[index])
            .AuthenticateAsync(request, null, deadline, cancellationToken).ResponseAsync.ConfigureAwait(false);
        return reply.Token;
    }

    private GrpcChannel Open(string endpoint)
    {
        var handler = new SocketsHttpHandler
        {
            EnableMultipleHttp2Connections = true,
            ConnectTimeout = TimeSpan.FromSeconds(2),

            // A member that vanished without a word is noticed in seconds, also by watches, which have no deadline.
            KeepAlivePingDelay = TimeSpan.FromSeconds(5),
            KeepAlivePingTimeout = TimeSpan.FromSeconds(5),
        };
        if (_options.ClientCertificate is { } certificate)
            handler.SslOptions.ClientCertificates = [certificate];
        if (_options.TrustedRoots.Count > 0)
            handler.SslOptions.CertificateChainPolicy = TrustOnly(_options.TrustedRoots);
        return GrpcChannel.ForAddress(endpoint, new GrpcChannelOptions { HttpHandler = handler, DisposeHttpClient = true, MaxReceiveMessageSize = null });
    }

    private static X509ChainPolicy TrustOnly(X509Certificate2Collection roots)
    {
        var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        policy.CustomTrustStore.AddRange(roots);
        return policy;
    }
}
