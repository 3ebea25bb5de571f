using CurveRbd.Etcd.Tests;
using CurveRbd.Rados;
using CurveRbd.Store;
using CurveRbd.TestCluster;

namespace CurveRbd.Stores.Tests;

/// <summary>What is said of a cluster in trouble, in words.</summary>
public sealed class StoreDiagnosisTests : IAsyncLifetime
{
    private readonly EtcdServer _etcd = new();
    private readonly TestCluster.Cluster _cluster = TestCluster.Cluster.Start(new ClusterOptions());

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public ValueTask InitializeAsync() => _etcd.InitializeAsync();

    public async ValueTask DisposeAsync()
    {
        await _cluster.DisposeAsync();
        await _etcd.DisposeAsync();
    }

    [Fact]
    public async Task RunAsync_a_healthy_cluster_is_good_throughout()
    {
        IReadOnlyList<StoreFinding> findings = await StoreDiagnosis.RunAsync(Settings(), Token);

        Assert.All(findings, finding => Assert.True(finding.IsGood, $"{finding.Subject}: {finding.Message}"));
        Assert.Contains(findings, finding => finding.Message.Contains("leads", StringComparison.Ordinal));
        Assert.Contains(findings, finding => finding.Message.Contains("stands by", StringComparison.Ordinal));
        Assert.Equal(3, findings.Count(finding => finding.Subject.StartsWith("chunkserver", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task RunAsync_no_MDS_says_so()
    {
        foreach (MdsServer mds in _cluster.Mds)
            await _cluster.StopMdsAsync(mds);

        await SaysAsync(Settings(), "MDS", "none of those in curve_mds leads");
    }

    [Theory]
    [InlineData(60, "behind")]
    [InlineData(-90, "ahead of")]
    public async Task RunAsync_clocks_that_differ_tells_by_how_much(int skew, string expected)
    {
        _cluster.LeadingMds!.ClockSkew = TimeSpan.FromSeconds(skew);

        await SaysAsync(Settings(), "clock", expected);
    }

    [Theory]
    [InlineData("curve_root_password", "wrong", "password of root", "curve_root_password is wrong")]
    [InlineData("curve_etcd", "http://127.0.0.1:1", "etcd http://127.0.0.1:1", "127.0.0.1:1")]
    [InlineData("curve_io", "nebd:/nowhere/nebd.sock", "nebd /nowhere/nebd.sock", "Is it running")]
    [InlineData("curve_io", "nebd", "configuration", "curve_io = nebd")]
    [InlineData("curve_etcd", "", "configuration", "curve_etcd")]
    public async Task RunAsync_a_wrong_setting_is_named(string key, string value, string subject, string message) =>
        await SaysAsync(Settings((key, value)), subject, message);

    [Fact]
    public async Task RunAsync_a_chunkserver_that_is_down_is_named()
    {
        await _cluster.ChunkServers[1].StopAsync();

        await SaysAsync(Settings(), "chunkserver 2", "offline");
        _cluster.ChunkServers[1].Start();
    }

    [Fact]
    public async Task CheckPoolsAsync_missing_directory_and_wrong_owner_are_told()
    {
        Assert.Equal(Curve.Messages.StatusCode.Ok, _cluster.Tool.Create("/mine", "admin", 0));
        Assert.Equal(Curve.Messages.StatusCode.Ok, _cluster.Tool.Create("/other", "eve", 0));

        IReadOnlyList<StoreFinding> findings = await StoreDiagnosis.CheckPoolsAsync(Settings(), ["mine", "other", "gone"], Token);

        Assert.Equal([true, false, false], findings.Select(finding => finding.IsGood));
        Assert.Contains("belongs to eve, and this client is admin", findings[1].Message, StringComparison.Ordinal);
        Assert.Contains("is missing", findings[2].Message, StringComparison.Ordinal);
    }

    private static async Task SaysAsync(StoreSettings settings, string subject, string message)
    {
        IReadOnlyList<StoreFinding> findings = await StoreDiagnosis.RunAsync(settings, Token);

        StoreFinding[] bad = [.. findings.Where(finding => !finding.IsGood)];
        Assert.Contains(bad, finding => finding.Subject.StartsWith(subject, StringComparison.Ordinal) && finding.Message.Contains(message, StringComparison.Ordinal));
    }

    private StoreSettings Settings(params (string Key, string Value)[] changes)
    {
        var options = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["curve_mds"] = string.Join(',', _cluster.MdsAddresses),
            ["curve_etcd"] = _etcd.Endpoint,
            ["curve_root_password"] = "root_password",
            ["curve_io"] = $"nebd:{_cluster.Nebd.Socket}",
        };
        foreach ((string key, string value) in changes)
            options[key] = value;
        return new StoreSettings("curve", "", "admin", options);
    }
}
