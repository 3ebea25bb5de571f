using CurveRbd.Store;

namespace CurveRbd.Etcd;

/// <summary>Asks each member of an etcd whether it serves us.</summary>
public static class EtcdDiagnosis
{
    private static readonly TimeSpan s_timeout = TimeSpan.FromSeconds(3);

    public static async Task<IReadOnlyList<StoreFinding>> RunAsync(EtcdOptions options, CancellationToken cancellationToken)
    {
        var findings = new List<StoreFinding>();
        foreach (string endpoint in options.Endpoints)
            findings.Add(await AskAsync(endpoint, options, cancellationToken).ConfigureAwait(false));
        return findings;
    }

    private static async Task<StoreFinding> AskAsync(string endpoint, EtcdOptions options, CancellationToken cancellationToken)
    {
        var store = new EtcdRecordStore(options with { Endpoints = [endpoint], Timeout = s_timeout }, TimeProvider.System);
        await using (store.ConfigureAwait(false))
        {
            try
            {
                await store.GetAsync("check", cancellationToken).ConfigureAwait(false);
                return new StoreFinding($"etcd {endpoint}", IsGood: true, $"serves {options.Prefix}");
            }
            catch (StorageException error)
            {
                return new StoreFinding($"etcd {endpoint}", IsGood: false, error.Message);
            }
        }
    }
}
