using System.Net;
using CurveRbd.Brpc;
using Google.Protobuf;

namespace CurveRbd.TestCluster;

/// <summary>A server of the cluster: it keeps its port for life and may be stopped and started.</summary>
public abstract class Node : IAsyncDisposable
{
    private readonly Faults _faults;
    private readonly List<RpcRequest> _log = [];
    private RpcServer? _server;
    private int _underWay;

    private protected Node(Faults faults, EndPoint endpoint)
    {
        _faults = faults;
        EndPoint = endpoint;
    }

    public EndPoint EndPoint { get; }

    public bool IsListening => _server is not null;

    /// <summary>Every request since the start or the last <see cref="ClearLog"/>, in order of arrival.</summary>
    public IReadOnlyList<RpcRequest> Log
    {
        get
        {
            lock (_log)
                return [.. _log];
        }
    }

    /// <summary>Whether requests are kept; off for long runs.</summary>
    public bool IsLogging { get; set; }

    public override string ToString() => EndPoint.ToString()!;

    public void ClearLog()
    {
        lock (_log)
            _log.Clear();
    }

    /// <summary>Resets all connections.</summary>
    public void ResetConnections() => _server?.AbortConnections();

    /// <summary>Completes when no request is under way, answered or not.</summary>
    public async Task IdleAsync()
    {
        while (Volatile.Read(ref _underWay) > 0)
            await Task.Delay(1).ConfigureAwait(false);
    }

    public async ValueTask DisposeAsync()
    {
        await CloseAsync().ConfigureAwait(false);
        await EndAsync().ConfigureAwait(false);
        GC.SuppressFinalize(this);
    }

    private protected void Listen() => _server = RpcServer.Start(EndPoint, ServeAsync);

    private protected async ValueTask CloseAsync()
    {
        if (Interlocked.Exchange(ref _server, null) is { } server)
            await server.DisposeAsync().ConfigureAwait(false);
    }

    /// <summary>Gives up what is more than a listening socket.</summary>
    private protected virtual Task EndAsync() => Task.CompletedTask;

    /// <returns>null: never answered.</returns>
    private protected abstract ValueTask<RpcReply?> AnswerAsync(RpcRequest request);

    /// <summary>What a request is answered that a fault turns down.</summary>
    private protected abstract RpcReply Refuse(RpcRequest request, Fault fault);

    private protected static RpcReply Reply(IMessage message) => new(message.ToByteArray(), default);

    private protected static RpcReply Reply(IMessage message, ReadOnlyMemory<byte> attachment) => new(message.ToByteArray(), attachment);

    private protected static RpcReply NoMethod(RpcRequest request) =>
        RpcReply.Fail(RpcErrorCode.ENOMETHOD, $"Fail to find method={request.Service}/{request.Method}");

    /// <summary>Parses as strictly as C++ does.</summary>
    private protected static T Parse<T>(RpcRequest request, MessageParser<T> parser)
        where T : IMessage<T>
    {
        T message = parser.ParseFrom(request.Message.Span);
        return message.IsInitialized() ? message : throw new FormatException($"{request.Method} lacks a required field");
    }

    private async ValueTask<RpcReply?> ServeAsync(RpcRequest request)
    {
        Interlocked.Increment(ref _underWay);
        try
        {
            return await ServeCountedAsync(request).ConfigureAwait(false);
        }
        finally
        {
            Interlocked.Decrement(ref _underWay);
        }
    }

    private async ValueTask<RpcReply?> ServeCountedAsync(RpcRequest request)
    {
        if (IsLogging)
        {
            lock (_log)
                _log.Add(request);
        }

        Fault? fault = _faults.Take(request.Method, ToString());
        if (fault is null)
            return await ServeStrictlyAsync(request).ConfigureAwait(false);

        if (fault.UnreadUntil is { } read)
            await read.ConfigureAwait(false);
        if (fault.IsReset)
            request.Abort();
        if (fault.IsDropped || fault.IsReset)
            return null;
        if (fault.Error is { } error)
            return RpcReply.Fail(error, "injected");
        if (fault.ChunkStatus is not null || fault.Status is not null)
            return Refuse(request, fault);

        RpcReply? reply = await ServeStrictlyAsync(request).ConfigureAwait(false);
        if (fault.Delay > TimeSpan.Zero)
            await Task.Delay(fault.Delay).ConfigureAwait(false);
        return fault.IsReplyDropped ? null : reply;
    }

    private async ValueTask<RpcReply?> ServeStrictlyAsync(RpcRequest request)
    {
        try
        {
            return await AnswerAsync(request).ConfigureAwait(false);
        }
        catch (InvalidDataException violation)
        {
            _faults.Report(violation.Message);
            throw;
        }
        catch (Exception error) when (error is InvalidProtocolBufferException or FormatException)
        {
            return RpcReply.Fail(
                RpcErrorCode.EREQUEST, $"Fail to parse request message, CompressType=none, request_size={request.Message.Length}");
        }
    }
}
