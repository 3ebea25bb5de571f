using CurveRbd.Store;

namespace CurveRbd.Rbd;

public sealed partial class Image
{
    /// <summary>Switches the features of <paramref name="mask"/> on or off.</summary>
    /// <exception cref="StorageException">EINVAL: nothing to do, unknown or immutable bits, broken dependency. EROFS.</exception>
    public Task UpdateFeaturesAsync(ulong mask, bool enable, CancellationToken cancellationToken)
    {
        if (IsReadOnly)
            return Task.FromException(ReadOnly());
        return ChangeHeaderAsync(header => FeatureUpdate.Apply(header, mask, enable), null, cancellationToken);
    }
}
