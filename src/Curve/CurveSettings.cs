using System.Globalization;
using CurveRbd.Store;

namespace CurveRbd.Curve;

/// <summary>Reads <see cref="CurveOptions"/> from a cluster's section (curve_mds, curve_root_password, ...).</summary>
public static class CurveSettings
{
    /// <param name="settings">The keys of the section; an absent or empty one has its default.</param>
    /// <param name="user">Who connects, and owns what is created.</param>
    /// <exception cref="StorageException">EINVAL: a value is missing or wrong. EOPNOTSUPP: what CurveBS' clients can't do.</exception>
    public static CurveOptions Read(IReadOnlyDictionary<string, string> settings, string user)
    {
        string[] addresses = Value(settings, "curve_mds").Split([',', ' '], StringSplitOptions.RemoveEmptyEntries);
        if (addresses.Length == 0)
            throw new StorageException(Errno.EINVAL, "rbd_store = curve needs the cluster's MDS (curve_mds = ip:port,...)");
        if (Value(settings, "curve_root_user") is not ("" or MdsStamp.RootUser) and var root)
            throw new StorageException(Errno.EOPNOTSUPP, $"curve_root_user = {root}: CurveBS' clients sign for the user {MdsStamp.RootUser} alone");
        return new CurveOptions
        {
            MdsAddresses = addresses,
            User = user,
            RootPassword = Value(settings, "curve_root_password"),
            NebdSocket = NebdSocket(Value(settings, "curve_io")),
            OperationTimeout = Seconds(settings, "rados_osd_op_timeout"),
        };
    }

    private static string NebdSocket(string io) => io switch
    {
        "" or "direct" => "",
        _ when io.StartsWith("nebd:/", StringComparison.Ordinal) => io["nebd:".Length..],
        _ => throw new StorageException(Errno.EINVAL, $"curve_io = {io}: neither 'direct' nor 'nebd:' with the absolute path of a nebd-server's socket"),
    };

    private static TimeSpan Seconds(IReadOnlyDictionary<string, string> settings, string key)
    {
        string text = Value(settings, key);
        if (text.Length == 0)
            return TimeSpan.Zero;
        if (double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double seconds) && seconds is >= 0 and < int.MaxValue)
            return TimeSpan.FromSeconds(seconds);
        throw new StorageException(Errno.EINVAL, $"{key} = {text}: not a number of seconds");
    }

    private static string Value(IReadOnlyDictionary<string, string> settings, string key) => settings.GetValueOrDefault(key) ?? "";
}
