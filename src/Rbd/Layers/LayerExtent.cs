using CurveRbd.Store;

namespace CurveRbd.Rbd;

/// <summary>Where a range of the image lies: in one piece of one layer's volume, or nowhere.</summary>
/// <param name="Layer">null: a hole, it reads as zeros.</param>
/// <param name="Offset">On the layer's volume, in bytes.</param>
/// <param name="Cut">
/// So many bytes at its end are no longer visible through the layers above and read as zeros. Less than a block: what can be read
/// is whole blocks.
/// </param>
internal readonly record struct LayerExtent(Layer? Layer, ulong Offset, int Length, int Cut)
{
    public bool IsHole => Layer is null;

    /// <summary>Whether <paramref name="next"/> continues this one.</summary>
    public bool Touches(LayerExtent next) =>
        Layer == next.Layer && Cut == 0 && (IsHole || Offset + (ulong)Length == next.Offset);

    public ValueTask ReadAsync(IoVector buffer)
    {
        if (Layer is not { } layer)
        {
            buffer.Clear();
            return ValueTask.CompletedTask;
        }

        ValueTask read = layer.Volume.ReadAsync(Offset, buffer);
        return Cut == 0 ? read : ClearCutAsync(read, buffer.Slice(Length - Cut, Cut));
    }

    public ValueTask WriteAsync(IoVector data) => Layer!.Volume.WriteAsync(Offset, data);

    private static async ValueTask ClearCutAsync(ValueTask read, IoVector cut)
    {
        await read.ConfigureAwait(false);
        cut.Clear();
    }
}
