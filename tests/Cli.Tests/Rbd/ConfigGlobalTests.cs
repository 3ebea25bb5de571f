namespace CurveRbd.Cli.Tests;

public sealed class ConfigGlobalTests : CommandTest
{
    [Fact]
    public async Task Options_are_kept_per_entity_and_inherited_in_lists_only()
    {
        await DoAsync("rbd config global set global rbd_cache false");
        await DoAsync("rbd config global set client rbd_cache_size 64M");
        await DoAsync("rbd config global set client.x rbd_cache true");

        Assert.Equal("true\n", (await DoAsync("rbd config global get client.x rbd_cache")).Output);
        CommandRun inherited = await RbdAsync("config global get client rbd_cache");
        Assert.Equal((2, "rbd: rbd_cache is not set"), (inherited.ExitCode, inherited.Messages));
        Assert.Equal(
            "Name       Value  Section\nrbd_cache  false  global \n", (await DoAsync("rbd config global list global")).Output);
        Assert.Equal(
            """[{"name":"rbd_cache","value":"true","section":"client.x"},{"name":"rbd_cache_size","value":"67108864","section":"client"}]""" + "\n",
            (await DoAsync("rbd config global ls client.x --format json")).Output);
    }

    [Fact]
    public async Task Set_option_holds_for_who_connects_next_until_it_is_removed()
    {
        await DoAsync("rbd config global set client rbd_default_order 20");
        await DoAsync("rbd create a --size 1");
        await DoAsync("rbd config global rm client rbd_default_order");
        await DoAsync("rbd create b --size 1");

        Assert.Contains("order 20 ", (await DoAsync("rbd info a")).Output, StringComparison.Ordinal);
        Assert.Contains("order 22 ", (await DoAsync("rbd info b")).Output, StringComparison.Ordinal);
        Assert.Equal("", (await DoAsync("rbd config global list client")).Output);
    }

    [Theory]
    [InlineData("set osd rbd_cache true", 22, "rbd: invalid config entity: osd (must be global, client or client.<id>)")]
    [InlineData("set global rbd_nonsense 1", 22, "rbd: invalid config key: rbd_nonsense")]
    [InlineData("set global osd_x 1", 22, "rbd: not rbd option: osd_x")]
    [InlineData("set global", 22, "rbd: config key was not specified")]
    [InlineData("get global rbd_none", 22, "rbd: invalid config key: rbd_none")]
    [InlineData("rm global", 22, "rbd: config key was not specified")]
    public async Task Wrong_line_is_refused_as_by_Ceph(string line, int status, string message)
    {
        CommandRun run = await RbdAsync($"config global {line}");

        Assert.Equal((status, message), (run.ExitCode, run.Messages));
    }

    [Fact]
    public async Task Value_that_does_not_fit_is_refused()
    {
        CommandRun run = await RbdAsync("config global set global rbd_cache maybe");

        Assert.Equal(22, run.ExitCode);
        Assert.StartsWith("rbd: setting rbd_cache failed: (22) Invalid argument", run.Messages, StringComparison.Ordinal);
    }
}
