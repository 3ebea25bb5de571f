using CurveRbd.Store;

namespace CurveRbd.Rbd;

/// <summary>A layer of an image as recorded.</summary>
internal sealed record ImageLayer(string Id, Stored<LayerRecord> Stored)
{
    public LayerRecord Value => Stored.Value;

    public Record Record => Stored.Record;

    /// <summary>The id that the header of its volume says, when it is an overlay.</summary>
    public string HeaderId => Value.HeaderId ?? Id;
}
