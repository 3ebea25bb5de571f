using CurveRbd.Store;

namespace CurveRbd.Rados.Tests;

/// <summary>Accepted spellings, canonical texts and refusals as Ceph 16.2.15 was seen to have them.</summary>
public sealed class OptionValueTests
{
    private readonly CephConf _conf = new("ceph", EntityName.Admin);

    [Theory]
    [InlineData("rbd_cache", "TRUE", "true")]
    [InlineData("rbd_cache", "2", "true")]
    [InlineData("rbd_cache", "-1", "true")]
    [InlineData("rbd_cache", "00", "false")]
    [InlineData("rbd_default_order", "1K", "1000")]
    [InlineData("rbd_default_order", "+5", "5")]
    [InlineData("rbd_default_order", "010", "10")]
    [InlineData("rbd_default_order", "16E", "16000000000000000000")]
    [InlineData("rbd_cache_size", "1K", "1024")]
    [InlineData("rbd_cache_size", "1Ki", "1024")]
    [InlineData("rbd_cache_size", "1B", "1")]
    [InlineData("rbd_cache_size", "15E", "17293822569102704640")]
    [InlineData("log_max_new", "-1K", "-1000")]
    [InlineData("rbd_cache_max_dirty_age", "1", "1.000000")]
    [InlineData("rbd_cache_max_dirty_age", "1e3", "1000.000000")]
    [InlineData("rbd_cache_max_dirty_age", ".5", "0.500000")]
    [InlineData("rbd_cache_max_dirty_age", "inf", "inf")]
    [InlineData("rbd_cache_max_dirty_age", "-0", "-0.000000")]
    [InlineData("rbd_cache_max_dirty_age", "12345678901234567890", "12345678901234567168.000000")]
    [InlineData("client_mount_timeout", "30s", "30")]
    [InlineData("client_mount_timeout", "1h 30m", "5400")]
    [InlineData("client_mount_timeout", "1month", "2592000")]
    [InlineData("client_mount_timeout", "", "0")]
    [InlineData("debug_rbd", "5", "5/5")]
    [InlineData("debug_rbd", "5/10", "5/10")]
    [InlineData("debug_rbd", "5/", "5/5")]
    [InlineData("debug_rbd", "5/10/15", "5/10/15")]
    [InlineData("debug_rbd", "1.5", "1/1")]
    [InlineData("debug_rbd", " 5", "5/5")]
    [InlineData("rbd_default_features", "layering, exclusive-lock", "5")]
    [InlineData("rbd_default_features", "", "61")]
    [InlineData("rbd_default_features", "0", "0")]
    [InlineData("rbd_default_pool", "a/b", "rbd")]
    [InlineData("rbd_default_data_pool", "a@b", "")]
    [InlineData("fsid", "{C4B3B06C-0000-4F00-8000-000000000001}", "c4b3b06c-0000-4f00-8000-000000000001")]
    [InlineData("public_addr", "1.2.3.4", "v2:1.2.3.4:0/0")]
    [InlineData("public_addr", "v1:1.2.3.4:1/5", "v1:1.2.3.4:1/5")]
    [InlineData("public_addr", "::1", "v2:[::1]:0/0")]
    [InlineData("public_addr", "-", "-")]
    [InlineData("auth_client_required", "cephx;none", "cephx;none")]
    public void Set_accepted_spelling_reads_back_canonically(string option, string value, string canonical)
    {
        _conf.Set(option, value);

        Assert.Equal(canonical, _conf.GetText(option));
    }

    [Theory]
    [InlineData("rbd_cache", "yes")]
    [InlineData("rbd_cache", "on")]
    [InlineData("rbd_cache", "")]
    [InlineData("rbd_cache", " true")]
    [InlineData("rbd_default_order", "1Ki")]
    [InlineData("rbd_default_order", "-5")]
    [InlineData("rbd_default_order", "1k")]
    [InlineData("rbd_default_order", "0x10")]
    [InlineData("rbd_default_order", " 5")]
    [InlineData("rbd_default_order", "18446744073709551615")]
    [InlineData("rbd_cache_size", "16E")]
    [InlineData("rbd_cache_size", "1.5K")]
    [InlineData("rbd_cache_size", "1KiB")]
    [InlineData("rbd_cache_size", "1i")]
    [InlineData("rbd_cache_size", "")]
    [InlineData("rbd_cache_max_dirty_age", "1 ")]
    [InlineData("rbd_cache_max_dirty_age", "1,5")]
    [InlineData("client_mount_timeout", "1.5")]
    [InlineData("client_mount_timeout", "-1")]
    [InlineData("client_mount_timeout", "1ms")]
    [InlineData("client_mount_timeout", "99999999999999999999")]
    [InlineData("debug_rbd", "none")]
    [InlineData("debug_rbd", "/5")]
    [InlineData("rbd_default_features", "4096")]
    [InlineData("rbd_default_features", "layering+striping")]
    [InlineData("rbd_default_features", "61,layering")]
    [InlineData("rbd_default_clone_format", "3")]
    [InlineData("rbd_cache_policy", "WriteBack")]
    [InlineData("rbd_discard_granularity_bytes", "3000")]
    [InlineData("rbd_discard_granularity_bytes", "67108864")]
    [InlineData("rbd_journal_order", "27")]
    [InlineData("rbd_concurrent_management_ops", "0")]
    [InlineData("fsid", "x")]
    [InlineData("public_addr", "x")]
    [InlineData("public_addr", "")]
    public void Set_wrong_value_is_EINVAL_and_changes_nothing(string option, string value)
    {
        ByteName before = _conf.Get(option);

        Refusal.Of(Errno.EINVAL, () => _conf.Set(option, value));

        Assert.Equal(before, _conf.Get(option));
    }

    [Theory]
    [InlineData("-1")]
    [InlineData("100")]
    [InlineData("5/-1")]
    public void Set_log_level_out_of_range_is_ERANGE(string value) =>
        Refusal.Of(Errno.ERANGE, () => _conf.Set("debug_rbd", value));

    [Fact]
    public void Get_every_option_default_is_canonical()
    {
        foreach (Option option in OptionTable.All.Where(option => option.Type != OptionType.Text || option.Values.Count > 0))
            Assert.Equal(option.Default, OptionValue.Canonical(option, option.Default));
    }

    [Fact]
    public void Overridable_options_are_as_many_as_in_Ceph_16()
    {
        Assert.Equal(109, CephConf.PoolOptions.Count);
        Assert.Equal(77, CephConf.ImageOptions.Count);
    }
}
