using System.Globalization;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using CurveRbd.Store;

namespace CurveRbd.Etcd;

/// <summary>Reads <see cref="EtcdOptions"/> from a cluster's section (curve_etcd, curve_etcd_user, ...).</summary>
public static class EtcdSettings
{
    private const int ClientSessionSecondsMax = 86400;

    /// <param name="settings">The keys of the section; an absent or empty one has its default.</param>
    /// <exception cref="StorageException">EINVAL: a value is missing or wrong, or a certificate can't be read.</exception>
    public static EtcdOptions Read(IReadOnlyDictionary<string, string> settings)
    {
        string[] endpoints = Value(settings, "curve_etcd").Split([',', ' '], StringSplitOptions.RemoveEmptyEntries);
        if (endpoints.Length == 0)
            throw new StorageException(Errno.EINVAL, "rbd_store = curve keeps its records in the cluster's etcd (curve_etcd = http://host:port,...)");
        string prefix = Value(settings, "curve_etcd_prefix");
        return new EtcdOptions
        {
            Endpoints = [.. endpoints.Select(CheckedEndpoint)],
            Prefix = $"{(prefix.Length > 0 ? prefix : "/curverbd").TrimEnd('/')}/",
            User = Value(settings, "curve_etcd_user"),
            Password = Value(settings, "curve_etcd_password"),
            ClientCertificate = ClientCertificate(Value(settings, "curve_etcd_cert"), Value(settings, "curve_etcd_key")),
            TrustedRoots = TrustedRoots(Value(settings, "curve_etcd_ca")),
            ClientSessionTime = ClientSessionTime(Value(settings, "curve_etcd_session_seconds")),
        };
    }

    private static string CheckedEndpoint(string endpoint)
    {
        string full = endpoint.Contains("://", StringComparison.Ordinal) ? endpoint : $"http://{endpoint}";
        if (Uri.TryCreate(full, UriKind.Absolute, out Uri? uri) && uri.Scheme is "http" or "https")
            return full;
        throw new StorageException(Errno.EINVAL, $"curve_etcd: '{endpoint}' is not http://host:port or https://host:port");
    }

    private static TimeSpan ClientSessionTime(string seconds)
    {
        if (seconds.Length == 0)
            return new EtcdOptions { Endpoints = [] }.ClientSessionTime;
        return int.TryParse(seconds, CultureInfo.InvariantCulture, out int value) && value is >= 2 and <= ClientSessionSecondsMax
            ? TimeSpan.FromSeconds(value)
            : throw new StorageException(Errno.EINVAL, $"curve_etcd_session_seconds: '{seconds}' is no number from 2 to {ClientSessionSecondsMax}");
    }

    private static X509Certificate2? ClientCertificate(string certificate, string key)
    {
        if (certificate.Length == 0)
            return null;
        return ReadPem("curve_etcd_cert", certificate, () => X509Certificate2.CreateFromPemFile(certificate, key.Length > 0 ? key : certificate));
    }

    private static X509Certificate2Collection TrustedRoots(string authorities)
    {
        if (authorities.Length == 0)
            return [];
        return ReadPem("curve_etcd_ca", authorities, () =>
        {
            var roots = new X509Certificate2Collection();
            roots.ImportFromPemFile(authorities);
            return roots;
        });
    }

    private static T ReadPem<T>(string key, string file, Func<T> read)
    {
        try
        {
            return read();
        }
        catch (Exception error) when (error is CryptographicException or IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw new StorageException(Errno.EINVAL, $"{key} = {file}: {error.Message}", error);
        }
    }

    private static string Value(IReadOnlyDictionary<string, string> settings, string key) => settings.GetValueOrDefault(key) ?? "";
}
