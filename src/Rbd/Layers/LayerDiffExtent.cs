using System.Runtime.CompilerServices;

namespace CurveRbd.Rbd;

/// <summary>A range of an image that differs, in bytes.</summary>
/// <param name="Exists">false: it is a hole now.</param>
internal readonly record struct LayerDiffExtent(ulong Offset, ulong Length, bool Exists)
{
    public ulong End => Offset + Length;

    /// <summary>Joins neighbours of one kind, and leaves out empty ones.</summary>
    /// <param name="extents">Ascending and disjoint.</param>
    public static async IAsyncEnumerable<LayerDiffExtent> JoinAsync(
        IAsyncEnumerable<LayerDiffExtent> extents, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        LayerDiffExtent pending = default;
        await foreach (LayerDiffExtent extent in extents.WithCancellation(cancellationToken).ConfigureAwait(false))
        {
            if (extent.Length == 0)
                continue;
            if (pending.Length > 0 && extent.Exists == pending.Exists && extent.Offset == pending.End)
            {
                pending = pending with { Length = pending.Length + extent.Length };
                continue;
            }

            if (pending.Length > 0)
                yield return pending;
            pending = extent;
        }

        if (pending.Length > 0)
            yield return pending;
    }

    /// <summary>What of it lies in [offset, end); its length is 0 if nothing does.</summary>
    public LayerDiffExtent Clip(ulong offset, ulong end)
    {
        ulong start = Math.Max(Offset, offset);
        return this with { Offset = start, Length = Math.Max(start, Math.Min(End, end)) - start };
    }
}
