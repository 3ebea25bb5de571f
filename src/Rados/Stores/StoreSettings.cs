namespace CurveRbd.Rados;

/// <summary>
/// Which stores a cluster uses: the value of <c>rbd_store</c> split at its first ':' ("local", "/var/lib/curverbd"), the user who
/// connects, and all keys of the cluster's section (curve_mds, ...), so that a new store needs no change here.
/// </summary>
public sealed record StoreSettings(string Kind, string Location, string User, IReadOnlyDictionary<string, string> Options)
{
    /// <summary>Equal for settings that may share a connection.</summary>
    public string SharingKey { get; } =
        string.Join('\n', Options.OrderBy(option => option.Key, StringComparer.Ordinal)
            .Select(option => $"{option.Key}={option.Value}")
            .Prepend($"{Kind}:{Location}\nuser={User}"));

    /// <summary>What rbd_store says. The options stay out: they hold passwords.</summary>
    public override string ToString() => Location.Length == 0 ? Kind : $"{Kind}:{Location}";
}
