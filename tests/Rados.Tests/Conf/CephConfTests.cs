using CurveRbd.Store;

namespace CurveRbd.Rados.Tests;

public sealed class CephConfTests
{
    private readonly CephConf _conf = new("ceph", EntityName.Admin);

    [Theory]
    [InlineData("rbd_cach")]
    [InlineData("rbd-cache")]
    [InlineData("RBD_CACHE")]
    public void Set_unknown_option_is_ENOENT(string option)
    {
        Refusal.Of(Errno.ENOENT, () => _conf.Set(option, "false"));
        Refusal.Of(Errno.ENOENT, () => _conf.Get(option));
    }

    [Theory]
    [InlineData("rbd cache")]
    [InlineData(" rbd  cache")]
    public void Set_option_with_blanks_is_known(string option)
    {
        _conf.Set(option, "false");

        Assert.False(_conf.GetBool("rbd_cache"));
    }

    [Theory]
    [InlineData("rbd_default_features", "61")]
    [InlineData("rbd_cache_size", "33554432")]
    [InlineData("rbd_cache_max_dirty_age", "1.000000")]
    [InlineData("client_mount_timeout", "300")]
    [InlineData("rados_osd_op_timeout", "0")]
    [InlineData("mon_host", "")]
    [InlineData("auth_client_required", "cephx, none")]
    [InlineData("debug_rbd", "0/5")]
    [InlineData("fsid", "00000000-0000-0000-0000-000000000000")]
    [InlineData("keyring", "/etc/ceph/ceph.client.admin.keyring,/etc/ceph/ceph.keyring,/etc/ceph/keyring,/etc/ceph/keyring.bin,")]
    public void Get_unset_option_is_Cephs_default(string option, string value) => Assert.Equal(value, _conf.GetText(option));

    [Theory]
    [InlineData("$cluster-$type-$id-$name-$num-", "ceph-client-admin-client.admin-admin-")]
    [InlineData("${cluster}x$rbd_cache-$unknown-${nope}-$$", "cephxtrue-$unknown-${nope}-$$")]
    [InlineData("$log_file", "$log_file")]
    [InlineData("$ x $", "$ x $")]
    public void Get_value_with_macros_expands_what_is_known(string value, string expanded)
    {
        _conf.Set("log_file", value);

        Assert.Equal(expanded, _conf.GetText("log_file"));
    }

    [Fact]
    public void Get_values_that_refer_to_each_other_ends()
    {
        _conf.Set("log_file", "$keyring");
        _conf.Set("keyring", "$log_file");

        Assert.Equal("$log_file", _conf.GetText("log_file"));
        Assert.Equal("$keyring", _conf.GetText("keyring"));
    }

    [Fact]
    public void Set_value_wins_over_a_file_read_later()
    {
        using var directory = new TemporaryDirectory();

        _conf.Set("log_file", "set");
        _conf.ReadFile(directory.Write("c", "[global]\nlog_file = file\n"));

        Assert.Equal("set", _conf.GetText("log_file"));
    }

    [Fact]
    public void ParseArguments_wins_over_environment_and_loses_to_set()
    {
        Environment.SetEnvironmentVariable("CURVERBD_TEST_ARGS", "--log-file 'a b' --keyring env");

        _conf.ParseArguments(["p", "--keyring", "argument", "--mon-host=argument"]);
        _conf.ParseEnvironment("CURVERBD_TEST_ARGS");
        _conf.Set("mon_host", "set");

        Assert.Equal(
            ("a b", "argument", "set"), (_conf.GetText("log_file"), _conf.GetText("keyring"), _conf.GetText("mon_host")));
    }

    [Fact]
    public void ParseEnvironment_takes_what_stands_before_a_wrong_value()
    {
        Environment.SetEnvironmentVariable("CURVERBD_TEST_WRONG", "--log-file x --rbd-cache=bad --keyring k");

        Refusal.Of(Errno.EINVAL, () => _conf.ParseEnvironment("CURVERBD_TEST_WRONG"));

        Assert.Equal("x", _conf.GetText("log_file"));
    }

    [Fact]
    public void ParseEnvironment_unset_variable_is_fine() => _conf.ParseEnvironment("CURVERBD_TEST_UNSET");

    [Theory]
    [InlineData("--rbd-cache false x", "x", "rbd_cache", "false")]
    [InlineData("--rbd_cache=0", "", "rbd_cache", "false")]
    [InlineData("--rbd-cache x", "x", "rbd_cache", "true")]
    [InlineData("--no-rbd-cache x", "x", "rbd_cache", "false")]
    [InlineData("-m 1.2.3.4 y", "y", "mon_host", "1.2.3.4")]
    [InlineData("-m1.2.3.4", "-m1.2.3.4", "mon_host", "")]
    [InlineData("-K /k", "", "keyfile", "/k")]
    [InlineData("x --log-file a y", "x y", "log_file", "a")]
    [InlineData("--log-file= x", "x", "log_file", "")]
    [InlineData("x -- --log-file a", "x -- --log-file a", "log_file", "")]
    [InlineData("--unknown-thing 5 -n client.x --id x -c /f", "--unknown-thing 5 -n client.x --id x -c /f", "log_file", "")]
    [InlineData("-rbd_cache false --LOG-FILE=x", "-rbd_cache false --LOG-FILE=x", "log_file", "")]
    public void ParseArguments_takes_options_and_leaves_the_rest(string line, string rest, string option, string value)
    {
        IReadOnlyList<string> left = _conf.ParseArguments(line.Split(' '));

        Assert.Equal(rest, string.Join(' ', left));
        Assert.Equal(value, _conf.GetText(option));
    }

    [Theory]
    [InlineData("--log-file")]
    [InlineData("--mon-host")]
    [InlineData("--rbd-cache=bad")]
    [InlineData("--client-mount-timeout abc")]
    public void ParseArguments_missing_or_wrong_value_is_EINVAL(string line) =>
        Refusal.Of(Errno.EINVAL, () => _conf.ParseArguments(line.Split(' ')));

    [Fact]
    public void ConsumeArguments_tells_places()
    {
        IReadOnlyList<int> places = _conf.ConsumeArguments(["prog", "--log-file", "a", "x", "--rbd-cache=1", "y"]);

        Assert.Equal([0, 3, 5], places);
    }

    [Fact]
    public void GetTimeout_zero_is_no_limit()
    {
        _conf.Set("client_mount_timeout", "0");

        Assert.Null(_conf.GetTimeout("client_mount_timeout"));
    }

    [Fact]
    public void Clone_changes_on_its_own()
    {
        _conf.Set("log_file", "a");
        CephConf copy = _conf.Clone();

        copy.Set("log_file", "b");

        Assert.Equal(("a", "b"), (_conf.GetText("log_file"), copy.GetText("log_file")));
    }

    [Theory]
    [InlineData("admin")]
    [InlineData("")]
    [InlineData("foo.bar")]
    public void EntityName_without_a_known_type_is_EINVAL(string name) => Refusal.Of(Errno.EINVAL, () => EntityName.Parse(name));

    [Fact]
    public void EntityName_with_empty_id_is_allowed() => Assert.Equal("client.", EntityName.Parse("client.").ToString());
}
