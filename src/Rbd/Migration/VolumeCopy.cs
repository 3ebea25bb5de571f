using CurveRbd.Store;

namespace CurveRbd.Rbd;

/// <summary>Copies a volume that nobody changes to a new one, which reads as zeros: zeros are not written.</summary>
/// <param name="parallel">How many pieces at once.</param>
internal sealed class VolumeCopy(IVolume source, IVolume copy, ulong parallel)
{
    /// <param name="report">Gets how far it is, in bytes of the volume.</param>
    public async Task RunAsync(Func<ulong, ValueTask> report, CancellationToken cancellationToken)
    {
        var window = new TaskWindow<ulong>(parallel, report);
        await using (window.ConfigureAwait(false))
        {
            for (ulong offset = 0; await source.NextDataAsync(offset, source.Size).ConfigureAwait(false) is { } data; offset = data.End)
            {
                foreach (VolumeExtent piece in Pieces.Of(data))
                {
                    cancellationToken.ThrowIfCancellationRequested();
                    await window.AddAsync(() => CopyAsync(piece)).ConfigureAwait(false);
                }
            }

            await window.FinishAsync().ConfigureAwait(false);
        }
    }

    private async Task<ulong> CopyAsync(VolumeExtent piece)
    {
        var buffer = new byte[piece.Length];
        await source.ReadAsync(piece.Offset, buffer).ConfigureAwait(false);
        for (int i = 0; i < buffer.Length; i += OverlayHeader.ClusterSize)
        {
            int length = Math.Min(OverlayHeader.ClusterSize, buffer.Length - i);
            if (buffer.AsSpan(i, length).ContainsAnyExcept((byte)0))
                await copy.WriteAsync(piece.Offset + (ulong)i, buffer.AsMemory(i, length)).ConfigureAwait(false);
        }

        return piece.End;
    }
}
