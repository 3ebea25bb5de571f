using System.Buffers;
using CurveRbd.Store;

namespace CurveRbd.Rbd;

/// <summary>Makes one diff of two that follow each other.</summary>
public sealed class DiffMerge
{
    private const int PieceMax = 1 << 20;

    private readonly MergeSource _first;
    private readonly MergeSource _second;
    private readonly DiffWriter _output;
    private readonly ProgressCallback? _progress;

    private DiffMerge(Stream first, Stream second, Stream output, ProgressCallback? progress, CancellationToken cancellationToken)
    {
        _first = new MergeSource(new StreamInput(first, cancellationToken), "first");
        _second = new MergeSource(new StreamInput(second, cancellationToken), "second");
        _output = new DiffWriter(new StreamOutput(output, cancellationToken), DiffFormat.V1);
        _progress = progress;
    }

    /// <summary>Reads both to their ends, once, and writes as it reads. All three are in version 1 of the format.</summary>
    /// <param name="first">Where the second differs too, the second counts; beyond the second's size nothing of it is kept.</param>
    /// <param name="progress">In bytes of the image, both diffs counted; its return value is ignored.</param>
    /// <exception cref="ImageStreamException">
    /// EINVAL: the first does not end at the snapshot that the second starts at, or one of them is no diff. EBADMSG: one is broken.
    /// EOPNOTSUPP: one has its ranges out of order.
    /// </exception>
    public static Task RunAsync(
        Stream first, Stream second, Stream output, ProgressCallback? progress, CancellationToken cancellationToken) =>
        new DiffMerge(first, second, output, progress, cancellationToken).RunAsync();

    private async Task RunAsync()
    {
        DiffHeader first = await _first.ReadHeaderAsync().ConfigureAwait(false);
        DiffHeader second = await _second.ReadHeaderAsync().ConfigureAwait(false);
        if ((first.To ?? ByteName.Empty) != (second.From ?? ByteName.Empty))
        {
            throw new ImageStreamException(
                Errno.EINVAL,
                "The first TO snapshot must be equal with the second FROM snapshot, aborting",
                $"the first ends at {Describe(first.To)}, the second starts at {Describe(second.From)}",
                isMalformed: false);
        }

        _first.Grow(_second.Size);
        await _output.WriteHeaderAsync(new DiffHeader(first.From, second.To, null, second.Size)).ConfigureAwait(false);
        await MergeAsync().ConfigureAwait(false);
        await _output.WriteEndAsync().ConfigureAwait(false);
    }

    private async Task MergeAsync()
    {
        while (true)
        {
            _progress?.Invoke(_first.Offset + _second.Offset, 2 * Math.Max(_first.Size, _second.Size));
            DiffRecord first = await _first.PeekAsync().ConfigureAwait(false);
            DiffRecord second = await _second.PeekAsync().ConfigureAwait(false);
            if (first.IsEnd && second.IsEnd)
                return;
            if (second.IsEnd || (!first.IsEnd && first.Offset < second.Offset))
                await TakeFirstAsync(first, second.IsEnd ? _second.Size : second.Offset).ConfigureAwait(false);
            else
                await TakeSecondAsync(second).ConfigureAwait(false);
        }
    }

    // What the second cut off the image is dropped.
    private async Task TakeFirstAsync(DiffRecord first, ulong end)
    {
        ulong kept = Math.Min(first.End, end);
        if (kept > first.Offset)
            await CopyAsync(_first, first, kept - first.Offset).ConfigureAwait(false);
        else
            await _first.DropAsync(first.Length).ConfigureAwait(false);
    }

    private async Task TakeSecondAsync(DiffRecord second)
    {
        await CopyAsync(_second, second, second.Length).ConfigureAwait(false);
        while (await _first.PeekAsync().ConfigureAwait(false) is { IsEnd: false } first && first.Offset < second.End)
            await _first.DropAsync(Math.Min(first.End, second.End) - first.Offset).ConfigureAwait(false);
    }

    private async Task CopyAsync(MergeSource source, DiffRecord record, ulong length)
    {
        if (!record.HasData)
        {
            await _output.WriteZeroAsync(record.Offset, length).ConfigureAwait(false);
            await source.DropAsync(length).ConfigureAwait(false);
            return;
        }

        await _output.BeginDataAsync(record.Offset, length).ConfigureAwait(false);
        byte[] buffer = ArrayPool<byte>.Shared.Rent((int)Math.Min(length, PieceMax));
        for (ulong left = length; left > 0;)
        {
            Memory<byte> piece = buffer.AsMemory(0, (int)Math.Min(left, PieceMax));
            await source.ReadAsync(piece).ConfigureAwait(false);
            await _output.WriteMoreDataAsync(piece).ConfigureAwait(false);
            left -= (ulong)piece.Length;
        }

        ArrayPool<byte>.Shared.Return(buffer); // not after a failure: a read that was called off may still fill it
    }

    private static string Describe(ByteName? snapshot) => snapshot is { } name ? $"snapshot '{name}'" : "no snapshot";
}
