using System.Text;
using CurveRbd.Store;

namespace CurveRbd.Etcd.Tests;

/// <summary>An etcd that speaks TLS and lets nobody in without a certificate.</summary>
public sealed class EtcdTlsTests : IAsyncLifetime
{
    private readonly string _directory = Directory.CreateTempSubdirectory("etcd-tls").FullName;
    private readonly TestCertificates _certificates;
    private readonly EtcdServer _etcd;

    public EtcdTlsTests()
    {
        _certificates = new TestCertificates(_directory);
        _etcd = new EtcdServer(_certificates);
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public ValueTask InitializeAsync() => _etcd.InitializeAsync();

    public async ValueTask DisposeAsync()
    {
        await _etcd.DisposeAsync();
        Directory.Delete(_directory, recursive: true);
    }

    [Fact]
    public async Task Calls_with_a_client_certificate_are_served()
    {
        await using var store = new EtcdRecordStore(Options(withCertificate: true, withAuthority: true), TimeProvider.System);

        await store.CommitAsync(new RecordTransaction().Put("key", Encoding.UTF8.GetBytes("value")), Token);

        Assert.NotNull(await store.GetAsync("key", Token));
    }

    [Theory]
    [InlineData(false, true)]
    [InlineData(true, false)]
    public async Task Calls_without_a_certificate_or_to_a_server_that_is_not_trusted_fail(bool withCertificate, bool withAuthority)
    {
        await using var store = new EtcdRecordStore(Options(withCertificate, withAuthority), TimeProvider.System);

        await Assert.ThrowsAsync<StorageException>(async () => await store.GetAsync("key", Token));
    }

    private EtcdOptions Options(bool withCertificate, bool withAuthority)
    {
        var settings = new Dictionary<string, string> { ["curve_etcd"] = _etcd.Endpoint };
        if (withAuthority)
            settings["curve_etcd_ca"] = _certificates.Authority;
        if (withCertificate)
            (settings["curve_etcd_cert"], settings["curve_etcd_key"]) = (_certificates.CertificateOf("client"), _certificates.KeyOf("client"));
        return EtcdSettings.Read(settings) with { Timeout = TimeSpan.FromSeconds(2) };
    }
}
