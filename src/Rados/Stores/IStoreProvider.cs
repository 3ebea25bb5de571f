namespace CurveRbd.Rados;

/// <summary>
/// Opens the stores behind a cluster. The composition root (native library, commands, tests) brings it, so that neither images
/// nor clusters know which stores exist.
/// </summary>
public interface IStoreProvider
{
    /// <summary>
    /// The stores that <paramref name="settings"/> name. A process shares them between its connections: a second call for the same
    /// settings is cheap. Dispose the connection to give it back.
    /// </summary>
    Task<StoreConnection> ConnectAsync(StoreSettings settings, CancellationToken cancellationToken);
}
