using CurveRbd.Store;

namespace CurveRbd.Rados;

/// <summary>Daemons that are not part of the cluster but show up in it (rados_service_register), for as long as their clients live.</summary>
public sealed class Services
{
    internal const string Prefix = "service/";

    private readonly Cluster _cluster;
    private ServiceRecord? _mine;

    internal Services(Cluster cluster) => _cluster = cluster;

    /// <exception cref="StorageException">EEXIST: this client has registered already. EINVAL: an empty name. ENOTCONN</exception>
    public async Task RegisterAsync(string service, string daemon, IReadOnlyDictionary<string, string> metadata, CancellationToken cancellationToken)
    {
        if (service.Length == 0 || daemon.Length == 0)
            throw new StorageException(Errno.EINVAL, "a service and its daemon need names");
        var record = new ServiceRecord
        {
            Service = service,
            Daemon = daemon,
            Client = _cluster.InstanceId,
            Address = _cluster.Address,
            Since = _cluster.Time.GetUtcNow(),
            Metadata = Sorted(metadata),
        };
        if (Interlocked.CompareExchange(ref _mine, record, null) is { } earlier)
            throw new StorageException(Errno.EEXIST, $"this client is registered as {earlier.Service}.{earlier.Daemon} already");
        await PutAsync(record, cancellationToken).ConfigureAwait(false);
    }

    /// <exception cref="StorageException">ENOENT: this client has not registered. ENOTCONN</exception>
    public async Task UpdateStatusAsync(IReadOnlyDictionary<string, string> status, CancellationToken cancellationToken)
    {
        ServiceRecord mine = _mine ?? throw new StorageException(Errno.ENOENT, "this client is not registered as a service");
        await PutAsync(_mine = mine with { Status = Sorted(status) }, cancellationToken).ConfigureAwait(false);
    }

    internal async Task<IReadOnlyList<ServiceRecord>> ListAsync(CancellationToken cancellationToken)
    {
        IReadOnlyList<Record> records = await _cluster.Records.RangeAsync(Prefix, null, 0, cancellationToken).ConfigureAwait(false);
        return [.. records.Select(record => RadosRecords.Parse(record, RadosJsonContext.Default.ServiceRecord, value => value.Version))];
    }

    private async Task PutAsync(ServiceRecord record, CancellationToken cancellationToken)
    {
        string key = $"{Prefix}{ByteName.FromText(record.Service).Encode()}/{ByteName.FromText(record.Daemon).Encode()}";
        byte[] value = RadosRecords.Serialize(record, RadosJsonContext.Default.ServiceRecord);
        await _cluster.Records.CommitAsync(new RecordTransaction().Put(key, value, _cluster.Session.Id), cancellationToken).ConfigureAwait(false);
    }

    private static SortedDictionary<string, string> Sorted(IReadOnlyDictionary<string, string> texts) =>
        new(texts.ToDictionary(StringComparer.Ordinal), StringComparer.Ordinal);
}
