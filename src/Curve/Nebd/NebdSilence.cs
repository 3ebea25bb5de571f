using CurveRbd.Brpc;
using CurveRbd.Store;

namespace CurveRbd.Curve;

/// <summary>
/// Finds out why requests of one volume are not answered. A nebd-server drops what has failed without a word (unless it is configured
/// otherwise) and is just as silent while it waits for the cluster: so the cluster is asked.
/// </summary>
internal sealed class NebdSilence(
    VolumeSession session, SegmentMap segments, ChunkClient chunks, NebdPolicy policy, TimeProvider time)
{
    private readonly ChunkLayout _layout = ChunkLayout.Of(session.File);
    private readonly ulong _chunksPerSegment = session.SegmentSize / session.File.ChunkSize;
    private Verdict? _last;
    private StorageException? _writeFailure;
    private long _wellSince;
    private int _isExamining;

    public bool IsWritable => !session.IsFenced && Volatile.Read(ref _writeFailure) is null;

    /// <exception cref="StorageException">Nothing may be written any more through this opening.</exception>
    public void DemandWritable()
    {
        if (session.IsFenced)
            throw Fenced();
        if (Volatile.Read(ref _writeFailure) is { } failure)
            throw new StorageException(failure.Errno, failure.Message, failure);
    }

    /// <summary>Whether a request that was not answered for a while should go on waiting; starts to look into it.</summary>
    public bool MayWait(NebdExchange exchange)
    {
        if (VerdictOn(exchange) is not null)
            return false;
        if (Interlocked.CompareExchange(ref _isExamining, 1, 0) == 0)
            _ = ExamineAsync(exchange.Number, exchange.Offset, exchange.IsWrite, exchange.Start);
        return true;
    }

    /// <returns>null: none yet.</returns>
    public StorageException? VerdictOn(NebdExchange exchange)
    {
        if (exchange.IsWrite && session.IsFenced)
            return Fenced();
        if (exchange.IsWrite && Volatile.Read(ref _writeFailure) is { } failure)
            return failure;
        return Volatile.Read(ref _last) is { } verdict && verdict.Number == exchange.Number ? verdict.Reason : null;
    }

    private async Task ExamineAsync(long number, ulong offset, bool isWrite, long start)
    {
        // Called under a connection's lock.
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        try
        {
            await session.RefreshAsync().ConfigureAwait(false);
            StorageException? reason = session.Loss ?? await ProbeAsync(offset, isWrite).ConfigureAwait(false);
            if (reason is null && IsDropped(start))
                reason = Dropped(offset, isWrite);
            if (reason is null)
                return;
            Volatile.Write(ref _last, new Verdict(number, reason));

            // The write may yet happen, hours later and over newer data: nothing newer may be written.
            if (isWrite && reason.Errno == Errno.EIO)
                Volatile.Write(ref _writeFailure, reason);
        }
        finally
        {
            Volatile.Write(ref _isExamining, 0);
        }
    }

    /// <summary>Goes to the same place without nebd, as far as that does no harm.</summary>
    /// <returns>What is wrong there; null: nothing, or it took a while and may be over just now.</returns>
    private async Task<StorageException?> ProbeAsync(ulong offset, bool isWrite)
    {
        long start = time.GetTimestamp();
        try
        {
            ulong chunk = _layout.Locate(offset, 1).ChunkIndex;
            Segment? segment = isWrite
                ? await segments.AllocateAsync(chunk / _chunksPerSegment).ConfigureAwait(false)
                : await segments.FindAsync(chunk / _chunksPerSegment).ConfigureAwait(false);
            if (segment is not null)
                await chunks.ExistsAsync(segment.Chunks[(int)(chunk % _chunksPerSegment)]).ConfigureAwait(false);
        }
        catch (StorageException error)
        {
            return error.Errno == Errno.ETIMEDOUT ? null : error;
        }
        catch (Exception error) when (error is RpcException or OperationCanceledException or ObjectDisposedException)
        {
            return null;
        }

        if (_wellSince == 0 || time.GetElapsedTime(start) > policy.SilenceCheck)
            _wellSince = time.GetTimestamp();
        return null;
    }

    private bool IsDropped(long start) =>
        _wellSince != 0 && time.GetElapsedTime(start) >= policy.SilenceMax && time.GetElapsedTime(_wellSince) >= policy.SilenceMax / 3;

    private StorageException Dropped(ulong offset, bool isWrite) => new(
        Errno.EIO,
        $"{(isWrite ? "write" : "read")} at {offset} of {session.Path}: the nebd-server has not answered for {policy.SilenceMax.TotalSeconds:0} s while the cluster is well; it drops what fails (see its log; response.returnRpcWhenIoError=true makes it tell)"
        + (isWrite ? ". Nothing more is written until the volume is opened anew" : ""));

    private StorageException Fenced() =>
        new(Errno.ESHUTDOWN, $"write to {session.Path}: another client has taken over the volume (a newer epoch than {session.Epoch}): open it again");

    private sealed record Verdict(long Number, StorageException Reason);
}
