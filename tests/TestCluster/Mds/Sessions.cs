namespace CurveRbd.TestCluster;

/// <summary>Who has which path open. Lives in the memory of the leading MDS alone.</summary>
internal sealed class Sessions(TimeSpan lease)
{
    // A record survives so many leases without a refresh.
    private const int LeasesKept = 10;

    private readonly Dictionary<(string Path, string Ip, uint Port), long> _seen = [];

    public void Refresh(string path, string ip, uint port) => _seen[(path, ip, port)] = TimeProvider.System.GetTimestamp();

    public void Close(string path, string ip, uint port) => _seen.Remove((path, ip, port));

    public IReadOnlyList<(string Ip, uint Port)> OpenersOf(string path) =>
        [.. Live().Where(key => string.Equals(key.Path, path, StringComparison.Ordinal)).Select(key => (key.Ip, key.Port))];

    public IReadOnlyList<(string Ip, uint Port)> Openers() => [.. Live().Select(key => (key.Ip, key.Port)).Distinct()];

    private Dictionary<(string Path, string Ip, uint Port), long>.KeyCollection Live()
    {
        foreach ((string Path, string Ip, uint Port) key in _seen.Keys.ToArray())
        {
            if (TimeProvider.System.GetElapsedTime(_seen[key]) > LeasesKept * lease)
                _seen.Remove(key);
        }

        return _seen.Keys;
    }
}
