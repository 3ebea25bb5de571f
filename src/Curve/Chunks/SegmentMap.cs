using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using CurveRbd.Curve.Messages;
using CurveRbd.Store;

namespace CurveRbd.Curve;

/// <summary>
/// The segments of one open volume. An allocated segment never changes, so it is remembered; that one is not allocated is asked
/// every time, because another opener may have written there since.
/// </summary>
internal sealed class SegmentMap(
    VolumeSession session, MdsClient mds, CopysetDirectory copysets, CurveOptions options, TimeProvider time, CancellationToken closing)
{
    private readonly ConcurrentDictionary<ulong, Segment> _known = new();
    private readonly Dictionary<(ulong Index, bool Allocates), Task<Segment?>> _asked = [];

    /// <returns>false: it has to be asked for.</returns>
    public bool TryGet(ulong index, [NotNullWhen(true)] out Segment? segment) => _known.TryGetValue(index, out segment);

    /// <returns>null: not allocated, which reads as zeros.</returns>
    public ValueTask<Segment?> FindAsync(ulong index) =>
        _known.TryGetValue(index, out Segment? segment) ? new(segment) : new(AskAsync(index, allocates: false));

    /// <exception cref="StorageException">ENOSPC: the cluster is full.</exception>
    public ValueTask<Segment?> AllocateAsync(ulong index) =>
        _known.TryGetValue(index, out Segment? segment) ? new(segment) : new(AskAsync(index, allocates: true));

    private Task<Segment?> AskAsync(ulong index, bool allocates)
    {
        lock (_asked)
        {
            // A question under way is joined by writers only: its answer may be older than what a reader has to see.
            if (allocates && _asked.TryGetValue((index, allocates), out Task<Segment?>? asked))
                return asked;
            return _asked[(index, allocates)] = AskAloneAsync(index, allocates);
        }
    }

    private async Task<Segment?> AskAloneAsync(ulong index, bool allocates)
    {
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        try
        {
            if (await FetchAsync(index, allocates).ConfigureAwait(false) is not { } fetched)
                return null;
            return _known[index] = await ResolveAsync(fetched).ConfigureAwait(false);
        }
        catch (Exception error) when (closing.IsCancellationRequested && error is OperationCanceledException or ObjectDisposedException)
        {
            throw new StorageException(Errno.ESHUTDOWN, $"{DoingOf(index, allocates)}: the volume was closed", error);
        }
        finally
        {
            lock (_asked)
                _asked.Remove((index, allocates));
        }
    }

    private async Task<PageFileSegment?> FetchAsync(ulong index, bool allocates)
    {
        long start = time.GetTimestamp();
        GetOrAllocateSegmentResponse reply = await mds.CallAsync(
            MdsMethods.GetOrAllocateSegment,
            () => RequestOf(index, allocates),
            GetOrAllocateSegmentResponse.Parser,
            reply => IsFinal(reply, allocates, start),
            options.OperationTimeout,
            closing).ConfigureAwait(false);
        return reply.StatusCode switch
        {
            StatusCode.Ok when reply.PageFileSegment is { Chunks.Count: > 0 } segment => segment,
            StatusCode.SegmentNotAllocated when !allocates => null,
            StatusCode.Ok when !allocates => null,
            StatusCode.Ok => throw MdsErrors.Of(StatusCode.SegmentAllocateError, DoingOf(index, allocates)),
            _ => throw MdsErrors.Of(reply.StatusCode, DoingOf(index, allocates)),
        };
    }

    /// <summary>A pool may be full for a moment only; after the time of an ordinary operation it is full.</summary>
    private bool IsFinal(GetOrAllocateSegmentResponse reply, bool allocates, long start)
    {
        bool isTransient = reply.StatusCode is StatusCode.SegmentAllocateError or StatusCode.StorageError or StatusCode.InternalError
            || (allocates && reply.StatusCode == StatusCode.Ok && reply.PageFileSegment is not { Chunks.Count: > 0 });
        return !isTransient || time.GetElapsedTime(start) >= options.MdsRetry.TotalTimeout;
    }

    private GetOrAllocateSegmentRequest RequestOf(ulong index, bool allocates)
    {
        MdsStamp stamp = session.Stamp();
        var request = new GetOrAllocateSegmentRequest
        {
            FileName = session.Path,
            Owner = stamp.Owner,
            Offset = index * session.SegmentSize,
            AllocateIfNotExist = allocates,
            Signature = stamp.Signature,
            Date = stamp.Date,
        };
        if (allocates && session.Capabilities.HasEpochs && session.Epoch != 0)
            request.Epoch = session.Epoch;
        return request;
    }

    private async Task<Segment> ResolveAsync(PageFileSegment segment)
    {
        if (segment.SegmentSize != session.SegmentSize || (ulong)segment.Chunks.Count * segment.ChunkSize != segment.SegmentSize)
            throw new StorageException(Errno.EIO, $"{session.Path}: the MDS says a segment of {segment.SegmentSize} bytes with {segment.Chunks.Count} chunks of {segment.ChunkSize}");
        uint[] ids = [.. segment.Chunks.Select(chunk => chunk.CopysetID)];
        Copyset[] resolved = await copysets.GetAsync(segment.LogicalPoolID, ids, closing).ConfigureAwait(false);
        return new Segment([.. segment.Chunks.Select((chunk, i) => new ChunkPlace(resolved[i], chunk.ChunkID))], segment.OriginFileId);
    }

    private string DoingOf(ulong index, bool allocates) => $"{(allocates ? "allocate" : "find")} segment {index} of {session.Path}";
}
