using CurveRbd.Store;

namespace CurveRbd.Etcd.Tests;

public class EtcdSettingsTests
{
    [Fact]
    public void Read_endpoints_prefix_and_user()
    {
        EtcdOptions options = EtcdSettings.Read(new Dictionary<string, string>
        {
            ["curve_etcd"] = "10.0.0.1:2379,https://10.0.0.2:2379",
            ["curve_etcd_prefix"] = "/rbd",
            ["curve_etcd_user"] = "rbd",
            ["curve_etcd_session_seconds"] = "120",
        });

        Assert.Equal(["http://10.0.0.1:2379", "https://10.0.0.2:2379"], options.Endpoints);
        Assert.Equal(("/rbd/", "rbd"), (options.Prefix, options.User));
        Assert.Equal(TimeSpan.FromMinutes(2), options.ClientSessionTime);
    }

    [Theory]
    [InlineData("curve_etcd", "")]
    [InlineData("curve_etcd", "ftp://10.0.0.1")]
    [InlineData("curve_etcd_ca", "/nowhere/ca.pem")]
    [InlineData("curve_etcd_cert", "/nowhere/client.pem")]
    [InlineData("curve_etcd_session_seconds", "1")]
    public void Read_what_is_wrong_is_EINVAL_and_named(string key, string value)
    {
        var settings = new Dictionary<string, string> { ["curve_etcd"] = "http://10.0.0.1:2379" };
        settings[key] = value;

        StorageException error = Assert.Throws<StorageException>(() => EtcdSettings.Read(settings));

        Assert.Equal(Errno.EINVAL, error.Errno);
        Assert.Contains(key, error.Message, StringComparison.Ordinal);
    }
}
