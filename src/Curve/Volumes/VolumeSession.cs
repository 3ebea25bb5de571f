using CurveRbd.Brpc;
using CurveRbd.Curve.Messages;
using CurveRbd.Store;

namespace CurveRbd.Curve;

/// <summary>
/// What an open volume knows of its file, and the lease that keeps it known: the MDS hears from every writer a few times per
/// lease, so it can tell who has the volume open and who has learned of a new sequence number. Not a lock.
/// </summary>
internal sealed class VolumeSession : IAsyncDisposable
{
    private const int RefreshesPerLease = 4;

    // Compared by the MDS as text; "we honour sequence numbers", which older clients than 0.0.6 did not.
    private const string ClientVersion = "9.9.9";

    // A cluster that has been given up is told that the volume is closed if it is there again, not waited for.
    private static readonly TimeSpan s_closingTimeoutGivenUp = TimeSpan.FromSeconds(1);

    private static int s_lastPort = Random.Shared.Next(1, ushort.MaxValue);

    private readonly MdsClient _mds;
    private readonly CurveOptions _options;
    private readonly TimeProvider _time;
    private readonly string _owner;
    private readonly CancellationTokenSource _closed = new();

    // The MDS keeps one record per path, ip and port: a port of its own tells this opening from every other.
    private readonly uint _port = NextPort();
    private readonly string _ip = LocalAddress.Of();

    private readonly Lock _gate = new();

    // Changed under the gate: refreshes and stats come from several sides, each with a part of the truth.
    private volatile CurveFile _file;
    private volatile Task _granted = Task.CompletedTask;
    private TaskCompletionSource? _grant;
    private TimeSpan _lease;
    private long _askedAt;
    private volatile bool _isFenced;
    private volatile bool _isGivenUp;
    private Task _refreshing = Task.CompletedTask;

    private VolumeSession(MdsClient mds, CurveOptions options, CurveCapabilities capabilities, TimeProvider time, string path, string owner, CurveFile file)
    {
        _mds = mds;
        _options = options;
        _time = time;
        _owner = owner;
        _file = file;
        Capabilities = capabilities;
        Path = path;
    }

    public CurveCapabilities Capabilities { get; }

    public string Path { get; }

    public string Owner => _owner;

    public CurveFile File => _file;

    public ulong FileId => _file.Id;

    public ulong SegmentSize => _file.SegmentSize;

    public ulong SeqNum => _file.SeqNum;

    public ulong Epoch => _file.Epoch;

    public uint Version => _file.Version;

    public IReadOnlyList<ulong> Snaps => _file.Snaps;

    /// <summary>false: the MDS has refused the last refresh and I/O has to wait.</summary>
    public bool IsGranted => _granted.IsCompletedSuccessfully;

    /// <summary>The MDS knows a newer epoch than the one this opening has: another client has taken over the volume.</summary>
    public bool IsFenced => _isFenced;

    /// <summary>Why the volume can't be used any more; null = it can.</summary>
    public StorageException? Loss => _granted.IsFaulted ? _granted.Exception!.InnerException as StorageException : null;

    /// <summary>For reading only: nobody is told, nothing is refreshed.</summary>
    public static VolumeSession ForReading(
        MdsClient mds, CurveOptions options, CurveCapabilities capabilities, TimeProvider time, string path, string owner, CurveFile file) =>
        new(mds, options, capabilities, time, path, owner, file);

    public static async Task<VolumeSession> OpenAsync(
        MdsClient mds, CurveOptions options, CurveCapabilities capabilities, TimeProvider time, string path, string owner, CurveFile file,
        CancellationToken cancellationToken)
    {
        var session = new VolumeSession(mds, options, capabilities, time, path, owner, file);
        await session.OpenAsync(cancellationToken).ConfigureAwait(false);
        return session;
    }

    /// <summary>Tells the MDS; its record ends at once and not 50 s later.</summary>
    public async ValueTask DisposeAsync()
    {
        await _closed.CancelAsync().ConfigureAwait(false);
        await _refreshing.ConfigureAwait(false);
        if (_lease != TimeSpan.Zero)
            await CloseAsync().ConfigureAwait(false);
        _closed.Dispose();
    }

    private TimeSpan ClosingTimeout
    {
        get
        {
            if (_isGivenUp)
                return s_closingTimeoutGivenUp;
            TimeSpan total = _options.MdsRetry.TotalTimeout;
            return _options.OperationTimeout > TimeSpan.Zero && _options.OperationTimeout < total ? _options.OperationTimeout : total;
        }
    }

    public MdsStamp Stamp() => MdsStamp.Create(_owner, _options.RootPassword, _time.GetUtcNow());

    /// <param name="timeout">Of the operation that waits; infinite = the grace for a lost authority alone counts.</param>
    public async Task WaitForGrantAsync(TimeSpan timeout)
    {
        Task granted = _granted;
        TimeSpan patience = timeout == Timeout.InfiniteTimeSpan || timeout > _options.AuthorityGrace ? _options.AuthorityGrace : timeout;
        try
        {
            await granted.WaitAsync(patience, _time, _closed.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException error)
        {
            throw new StorageException(Errno.ESHUTDOWN, $"{Path} was closed", error);
        }
        catch (TimeoutException error)
        {
            throw new StorageException(Errno.EPERM, $"{Path}: the MDS has refused this client for {patience.TotalSeconds:0.#} s ({MdsErrors.NameOf(StatusCode.OwnerAuthFail)}); is this host's clock right, and is the owner still {_owner}?", error);
        }
    }

    /// <summary>Learns what has changed of the file. A failure is only a missed refresh.</summary>
    public async Task RefreshAsync()
    {
        if (_lease == TimeSpan.Zero)
            return;
        try
        {
            _askedAt = _time.GetTimestamp();
            Adopt(await CallRefreshAsync(_closed.Token).ConfigureAwait(false));
        }
        catch (Exception error) when (error is StorageException or RpcException or OperationCanceledException or ObjectDisposedException)
        {
            // I/O goes on while no MDS answers: only a refusal stops it.
        }
    }

    /// <summary>
    /// Asks the MDS before something is done on the strength of this session, when it has not been asked for so long that this
    /// process must have stood still meanwhile.
    /// </summary>
    public ValueTask ConfirmAsync(TimeSpan askedWithin) =>
        IsConfirmed(askedWithin) ? ValueTask.CompletedTask : new ValueTask(RefreshAsync());

    public bool IsConfirmed(TimeSpan askedWithin) => _time.GetElapsedTime(_askedAt) < askedWithin;

    /// <summary>Nothing more is expected of the cluster.</summary>
    public void GiveUp() => _isGivenUp = true;

    /// <summary>Takes over what a stat has told.</summary>
    public void Learn(CurveFile file)
    {
        lock (_gate)
        {
            if (file.Id == _file.Id)
                _file = _file with { Length = file.Length };
        }
    }

    private static uint NextPort() => (uint)(1 + ((uint)Interlocked.Increment(ref s_lastPort) % (ushort.MaxValue - 1)));

    private async Task OpenAsync(CancellationToken cancellationToken)
    {
        OpenFileResponse reply = await _mds.CallAsync(
            MdsMethods.OpenFile,
            () =>
            {
                MdsStamp stamp = Stamp();
                return new OpenFileRequest { FileName = Path, Owner = stamp.Owner, Signature = stamp.Signature, Date = stamp.Date, ClientVersion = ClientVersion };
            },
            OpenFileResponse.Parser,
            static _ => true,
            _options.MdsRetry.TotalTimeout,
            cancellationToken).ConfigureAwait(false);
        if (reply.StatusCode != StatusCode.Ok)
            throw MdsErrors.Of(reply.StatusCode, $"open {Path}");
        if (reply.ProtoSession is null || reply.FileInfo is null)
            throw new StorageException(Errno.EIO, $"open {Path}: the MDS says kOK and nothing about the file");

        _file = CurveFile.From(reply.FileInfo, Path);
        _askedAt = _time.GetTimestamp();
        _lease = TimeSpan.FromMicroseconds(Math.Max(1, reply.ProtoSession.LeaseTime));

        // An opener counts from its first refresh; until then the volume could be deleted under it.
        Adopt(await CallRefreshAsync(cancellationToken).ConfigureAwait(false));
        _refreshing = RefreshRegularlyAsync();
    }

    private async Task RefreshRegularlyAsync()
    {
        using var timer = new PeriodicTimer(_lease / RefreshesPerLease, _time);
        try
        {
            while (await timer.WaitForNextTickAsync(_closed.Token).ConfigureAwait(false) && !_granted.IsFaulted)
                await RefreshAsync().ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            // Closed.
        }
    }

    private Task<ReFreshSessionResponse> CallRefreshAsync(CancellationToken cancellationToken) => _mds.CallAsync(
        MdsMethods.RefreshSession,
        () =>
        {
            MdsStamp stamp = Stamp();
            return new ReFreshSessionRequest
            {
                FileName = Path,
                SessionID = "",
                Owner = stamp.Owner,
                Date = stamp.Date,
                Signature = stamp.Signature,
                ClientVersion = ClientVersion,
                ClientIP = _ip,
                ClientPort = _port,
            };
        },
        ReFreshSessionResponse.Parser,
        static _ => true,
        _options.MdsRetry.TotalTimeout,
        cancellationToken);

    private void Adopt(ReFreshSessionResponse reply)
    {
        lock (_gate)
        {
            switch (reply.StatusCode)
            {
                case StatusCode.Ok when reply.FileInfo is { } info:
                    Adopt(CurveFile.From(info, Path));
                    break;
                case StatusCode.FileNotExists or StatusCode.SessionNotExist:
                    Lose(MdsErrors.Of(reply.StatusCode, $"refresh the session of {Path}"));
                    break;
                case StatusCode.OwnerAuthFail:
                    Suspend();
                    break;
            }
        }
    }

    private void Adopt(CurveFile news)
    {
        if (news.Id != _file.Id)
        {
            Lose(new StorageException(Errno.ENOENT, $"{Path} is another volume by now (id {news.Id}, opened as {_file.Id})"));
            return;
        }

        _isFenced |= news.Epoch > _file.Epoch;

        // Neither length nor epoch: a size is learned when somebody asks, and an opener keeps the epoch it opened with.
        _file = _file with
        {
            SeqNum = Math.Max(news.SeqNum, _file.SeqNum),
            Snaps = news.Snaps,
            Status = news.Status,
        };
        Resume();
    }

    private void Suspend()
    {
        if (_grant is not null)
            return;
        _grant = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _granted = _grant.Task;
    }

    private void Resume()
    {
        _grant?.TrySetResult();
        _grant = null;
    }

    private void Lose(StorageException reason)
    {
        TaskCompletionSource grant = _grant ?? new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        grant.TrySetException(reason);

        // Nobody may be waiting; the failure is told to every request from now on.
        _ = grant.Task.Exception;
        _granted = grant.Task;
    }

    private async Task CloseAsync()
    {
        try
        {
            await _mds.CallAsync(
                MdsMethods.CloseFile,
                () =>
                {
                    MdsStamp stamp = Stamp();
                    return new CloseFileRequest
                    {
                        FileName = Path,
                        SessionID = "",
                        Owner = stamp.Owner,
                        Signature = stamp.Signature,
                        Date = stamp.Date,
                        ClientIP = _ip,
                        ClientPort = _port,
                    };
                },
                CloseFileResponse.Parser,
                static _ => true,
                ClosingTimeout,
                CancellationToken.None).ConfigureAwait(false);
        }
        catch (Exception error) when (error is StorageException or RpcException or ObjectDisposedException)
        {
            // The MDS drops the record by itself within a minute.
        }
    }
}
