using System.Text;
using CurveRbd.Store;

namespace CurveRbd.Rados.Tests;

public sealed class ClusterSettingsTests
{
    private const string TwoClusters =
        """
        [cluster]
        rbd_store = local:/a
        [cluster.prod]
        fsid = 11111111-2222-4333-8444-555555555555
        curve_mds = 10.0.0.1:6666,10.0.0.2:6666
        curve_root_password = secret
        """;

    private readonly CephConf _conf = new("ceph", EntityName.Admin);

    private static HostFile Host(string text) => HostFile.Parse("curverbd.conf", Encoding.UTF8.GetBytes(text));

    [Theory]
    [InlineData("", "local:/a")]
    [InlineData("10.0.0.1:6666", "curve")]
    [InlineData("10.0.0.2", "curve")]
    [InlineData("10.0.0.9,10.0.0.1:6789,", "curve")]
    [InlineData("10.0.0.9;10.0.0.2\\:3300", "curve")]
    [InlineData("[v2:10.0.0.1:3300/0,v1:10.0.0.1:6789/0] [v2:10.0.0.2:3300/0]", "curve")]
    [InlineData("localhost", "local:/a")]
    [InlineData("[::1]:6789", "local:/a")]
    public void Resolve_monitors_select_the_section(string monitors, string store)
    {
        _conf.Set("mon_host", monitors.Replace("\\", "", StringComparison.Ordinal));

        ClusterSettings settings = ClusterSettings.Resolve(_conf, Host(TwoClusters));

        Assert.Equal(store, settings.Store.ToString());
    }

    [Theory]
    [InlineData("", false)]
    [InlineData("10.0.0.1:6666", false)]
    [InlineData("10.0.0.1", false)]
    [InlineData("10.0.0.1:6789", true)]
    [InlineData("10.0.0.9,10.0.0.2:6666", false)]
    [InlineData("10.0.0.9:6789", true)]
    public void NamesCeph_monitors_of_no_section(string monitors, bool expected)
    {
        _conf.Set("mon_host", monitors);

        bool namesCeph = ClusterSettings.NamesCeph(_conf, Host(TwoClusters));

        Assert.Equal(expected, namesCeph);
    }

    [Theory]
    [InlineData("fsid", "11111111-2222-4333-8444-555555555555")]
    [InlineData("rbd_store", "local:/b")]
    [InlineData("curve_mds", "10.0.0.9:6666")]
    public void NamesCeph_foreign_monitors_but_our_own_key_or_fsid(string option, string value)
    {
        _conf.Set("mon_host", "10.0.0.9:6789");
        _conf.Set(option, value);

        bool namesCeph = ClusterSettings.NamesCeph(_conf, Host(TwoClusters));

        Assert.False(namesCeph);
    }

    [Theory]
    [InlineData("10.0.0.9:6789", true)]
    [InlineData("127.0.0.1:6789", false)]
    [InlineData("127.0.0.1:3300", true)]
    public void NamesCeph_without_a_host_file(string monitors, bool expected)
    {
        _conf.Set("mon_host", monitors);

        bool namesCeph = ClusterSettings.NamesCeph(_conf, host: null);

        Assert.Equal(expected, namesCeph);
    }

    [Fact]
    public void Resolve_operation_timeout_reaches_the_store()
    {
        _conf.Set("fsid", "11111111-2222-4333-8444-555555555555");
        _conf.Set("rados_osd_op_timeout", "30");

        ClusterSettings settings = ClusterSettings.Resolve(_conf, Host(TwoClusters));

        Assert.Equal("30", settings.Store.Options["rados_osd_op_timeout"]);
    }

    [Fact]
    public void Resolve_fsid_selects_the_section()
    {
        _conf.Set("fsid", "11111111-2222-4333-8444-555555555555");

        ClusterSettings settings = ClusterSettings.Resolve(_conf, Host(TwoClusters));

        Assert.Equal("secret", settings.Store.Options["curve_root_password"]);
    }

    [Fact]
    public void Resolve_reported_monitors_lead_back_to_the_same_section()
    {
        HostFile host = Host("[cluster.a]\nrbd_store=local:/a\n[cluster.b]\nrbd_store=local:/b\n[cluster.c]\nrbd_store=local:/c\n");
        foreach (ClusterSection section in host.Sections)
        {
            var conf = new CephConf("ceph", EntityName.Admin);
            conf.Set("mon_host", string.Join(';', section.Monitors));

            Assert.Equal($"local:/{section.Name}", ClusterSettings.Resolve(conf, host).Store.ToString());
        }
    }

    [Fact]
    public void Resolve_unknown_monitors_are_ENOENT()
    {
        _conf.Set("mon_host", "10.9.9.9");

        StorageException error = Refusal.Of(Errno.ENOENT, () => ClusterSettings.Resolve(_conf, Host(TwoClusters)));

        Assert.Contains("10.9.9.9", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Resolve_conf_set_overrides_the_section()
    {
        _conf.Set("mon_host", "10.0.0.1");
        _conf.Set("curve_io", "nebd:/n.sock");

        ClusterSettings settings = ClusterSettings.Resolve(_conf, Host(TwoClusters));

        Assert.Equal("nebd:/n.sock", settings.Store.Options["curve_io"]);
        Assert.Equal("10.0.0.1:6666,10.0.0.2:6666", settings.Store.Options["curve_mds"]);
    }

    [Fact]
    public void Resolve_nothing_configured_is_the_embedded_store()
    {
        ClusterSettings settings = ClusterSettings.Resolve(_conf, null);

        Assert.Equal("local:/var/lib/curverbd", settings.Store.ToString());
        Assert.True(settings.AllowsPoolDelete);
    }

    [Fact]
    public void Resolve_monitor_of_the_embedded_store_is_the_embedded_store()
    {
        _conf.Set("mon_host", "127.0.0.1:6789;");

        Assert.Equal("local:/var/lib/curverbd", ClusterSettings.Resolve(_conf, null).Store.ToString());
    }

    [Fact]
    public void Resolve_configuration_file_without_monitors_is_ENOENT()
    {
        using var directory = new TemporaryDirectory();
        _conf.ReadFile(directory.Write("ceph.conf", ""));

        StorageException error = Refusal.Of(Errno.ENOENT, () => ClusterSettings.Resolve(_conf, null));

        Assert.Equal("unable to get monitor info from DNS SRV with service name: ceph-mon", error.Message);
    }

    [Fact]
    public void Resolve_configuration_file_of_another_cluster_is_ENOENT_not_the_embedded_store()
    {
        using var directory = new TemporaryDirectory();
        _conf.ReadFile(directory.Write("ceph.conf", "[global]\nmon_host = 10.0.0.1\n"));

        Refusal.Of(Errno.ENOENT, () => ClusterSettings.Resolve(_conf, null));
    }

    [Fact]
    public void Resolve_configuration_file_with_a_store_needs_no_host_file()
    {
        using var directory = new TemporaryDirectory();
        _conf.ReadFile(directory.Write("ceph.conf", "[global]\nmon_host = 10.0.0.1\nrbd_store = local:/data\n"));

        ClusterSettings settings = ClusterSettings.Resolve(_conf, null);

        Assert.Equal("local:/data", settings.Store.ToString());
        Assert.Equal("10.0.0.1", Assert.Single(settings.Monitors).ToString());
    }

    [Theory]
    [InlineData("local:/a", null, true)]
    [InlineData("curve", null, false)]
    [InlineData("curve", "true", true)]
    [InlineData("local:/a", "false", false)]
    public void Resolve_pools_may_be_deleted(string store, string? allow, bool allowed)
    {
        _conf.Set("rbd_store", store);
        if (allow is not null)
            _conf.Set("mon_allow_pool_delete", allow);

        Assert.Equal(allowed, ClusterSettings.Resolve(_conf, null).AllowsPoolDelete);
    }

    [Theory]
    [InlineData("[cluster]\nrbd_stroe = local:/a\n")]
    [InlineData("[global]\nrbd_store = local:/a\n")]
    [InlineData("[cluster]\nmon_allow_pool_delete = maybe\n")]
    public void Parse_wrong_host_file_is_EINVAL(string text) => Refusal.Of(Errno.EINVAL, () => Host(text));
}
