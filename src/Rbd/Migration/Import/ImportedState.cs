using CurveRbd.Store;

namespace CurveRbd.Rbd;

/// <summary>The image, or one of its snapshots, as a file holds it.</summary>
/// <param name="Snapshot">null: the image.</param>
/// <param name="Created">null: nobody knows.</param>
/// <param name="Size">In bytes.</param>
/// <param name="Spec">Leads to this state alone.</param>
internal sealed record ImportedState(ByteName? Snapshot, DateTimeOffset? Created, ulong Size, SourceSpec Spec);
