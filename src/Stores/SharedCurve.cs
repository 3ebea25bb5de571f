using CurveRbd.Curve;
using CurveRbd.Etcd;
using CurveRbd.Rados;
using CurveRbd.Store;

namespace CurveRbd.Stores;

/// <summary>Connections to CurveBS clusters, one for all who use the same settings, open as long as anybody does.</summary>
#pragma warning disable CA1001 // Its last user disposes of what it holds.
internal sealed class SharedCurve
#pragma warning restore CA1001
{
    private static readonly Dictionary<string, SharedCurve> s_open = new(StringComparer.Ordinal);

    private readonly CancellationTokenSource _abandoned = new();
    private readonly Task<(IVolumeStore Volumes, IRecordStore Records)> _opening;
    private readonly string _key;
    private int _users;

    private SharedCurve(StoreSettings settings)
    {
        _key = settings.SharingKey;
        _opening = OpenAsync(settings, _abandoned.Token);
    }

    public static async Task<StoreConnection> ConnectAsync(StoreSettings settings, CancellationToken cancellationToken)
    {
        SharedCurve shared = Use(settings);
        try
        {
            (IVolumeStore volumes, IRecordStore records) = await shared._opening.WaitAsync(cancellationToken).ConfigureAwait(false);
            return new StoreConnection(volumes, records, shared.ReleaseAsync);
        }
        catch
        {
            await shared.ReleaseAsync().ConfigureAwait(false);
            throw;
        }
    }

    private static SharedCurve Use(StoreSettings settings)
    {
        lock (s_open)
        {
            if (!s_open.TryGetValue(settings.SharingKey, out SharedCurve? shared))
                s_open[settings.SharingKey] = shared = new SharedCurve(settings);
            shared._users++;
            return shared;
        }
    }

    private static async Task<(IVolumeStore Volumes, IRecordStore Records)> OpenAsync(StoreSettings settings, CancellationToken cancellationToken)
    {
        EtcdOptions etcd = EtcdSettings.Read(settings.Options);
        CurveOptions curve = CurveSettings.Read(settings.Options, settings.User);
        CurveVolumeStore volumes = await CurveVolumeStore.ConnectAsync(curve, TimeProvider.System, cancellationToken).ConfigureAwait(false);
        return (volumes, new EtcdRecordStore(etcd, TimeProvider.System));
    }

    /// <summary>The last user closes it; one who has given up waiting stops the connecting.</summary>
    private async ValueTask ReleaseAsync()
    {
        lock (s_open)
        {
            if (--_users > 0)
                return;
            s_open.Remove(_key);
        }

        await _abandoned.CancelAsync().ConfigureAwait(false);
        await ((Task)_opening).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _abandoned.Dispose();
        if (!_opening.IsCompletedSuccessfully)
            return;
        (IVolumeStore volumes, IRecordStore records) = await _opening.ConfigureAwait(false);
        await records.DisposeAsync().ConfigureAwait(false);
        await volumes.DisposeAsync().ConfigureAwait(false);
    }
}
