using CurveRbd.Curve;
using CurveRbd.Etcd;
using CurveRbd.Local;
using CurveRbd.Rados;
using CurveRbd.Store;

namespace CurveRbd.Stores;

/// <summary>Looks at what a configuration leads to, without connecting as a client does, so that it works where that fails.</summary>
public static class StoreDiagnosis
{
    public static async Task<IReadOnlyList<StoreFinding>> RunAsync(StoreSettings settings, CancellationToken cancellationToken)
    {
        try
        {
            return settings.Kind switch
            {
                "local" => await LookAtLocalAsync(settings.Location, cancellationToken).ConfigureAwait(false),
                "curve" => await LookAtCurveAsync(settings, cancellationToken).ConfigureAwait(false),
                _ => [new StoreFinding("configuration", IsGood: false, $"rbd_store = {settings}: there is no store of this kind")],
            };
        }
        catch (StorageException error)
        {
            return [new StoreFinding("configuration", IsGood: false, error.Message)];
        }
    }

    /// <summary>Whether the pools' directories are there and ours.</summary>
    public static async Task<IReadOnlyList<StoreFinding>> CheckPoolsAsync(
        StoreSettings settings, IReadOnlyList<string> directories, CancellationToken cancellationToken)
    {
        if (settings.Kind != "curve")
            return [];
        var diagnosis = new CurveDiagnosis(CurveSettings.Read(settings.Options, settings.User));
        await using (diagnosis.ConfigureAwait(false))
            return await diagnosis.CheckPoolsAsync(directories, cancellationToken).ConfigureAwait(false);
    }

    private static async Task<IReadOnlyList<StoreFinding>> LookAtCurveAsync(StoreSettings settings, CancellationToken cancellationToken)
    {
        EtcdOptions etcd = EtcdSettings.Read(settings.Options);
        var diagnosis = new CurveDiagnosis(CurveSettings.Read(settings.Options, settings.User));
        await using (diagnosis.ConfigureAwait(false))
        {
            return
            [
                .. await diagnosis.RunAsync(cancellationToken).ConfigureAwait(false),
                .. await EtcdDiagnosis.RunAsync(etcd, cancellationToken).ConfigureAwait(false),
            ];
        }
    }

    private static async Task<IReadOnlyList<StoreFinding>> LookAtLocalAsync(string directory, CancellationToken cancellationToken)
    {
        LocalStore store = await LocalStore.OpenAsync(directory, cancellationToken).ConfigureAwait(false);
        await store.DisposeAsync().ConfigureAwait(false);
        return [new StoreFinding($"directory {directory}", IsGood: true, "is an embedded store that can be opened")];
    }
}
