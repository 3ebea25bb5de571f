using CurveRbd.Store;

namespace CurveRbd.Rbd;

/// <summary>A change of the layers of one image's head, in parts, so that several images can be changed in one moment.</summary>
internal interface IHeadStep
{
    Image Image { get; }

    /// <summary>How the image's requests are held back.</summary>
    FreezeRecord Freeze { get; }

    /// <summary>Looks whether it can be done.</summary>
    Task BeginAsync(CancellationToken cancellationToken);

    /// <summary>Makes what is needed while requests go on.</summary>
    Task PrepareAsync(Operation operation, CancellationToken cancellationToken);

    /// <summary>As <see cref="HeadChange"/> asks.</summary>
    Task<ImageHeader> ChangeAsync(
        Operation operation, ImageRecords records, RecordTransaction transaction, CancellationToken cancellationToken);

    /// <summary>Gives back what was prepared and did not become a layer.</summary>
    Task UndoUnusedAsync(Operation operation);
}
