using System.Text;
using CurveRbd.Store;

namespace CurveRbd.Rados.Tests;

public sealed class ConfigStoreTests : IAsyncLifetime
{
    private readonly TestStores _stores = new();
    private Cluster _cluster = null!;

    public async ValueTask InitializeAsync() => _cluster = await _stores.ConnectAsync();

    public async ValueTask DisposeAsync() => await _cluster.DisposeAsync();

    [Fact]
    public async Task Set_counts_for_clients_that_connect_later_the_special_section_first()
    {
        await RunAsync("""{"prefix":"config set","who":"global","name":"rbd_concurrent_management_ops","value":"3"}""");
        await RunAsync("""{"prefix":"config set","who":"client.admin","name":"rbd cache","value":"0"}""");
        await RunAsync("""{"prefix":"config set","who":"client","name":"rbd_cache","value":"true"}""");

        await using Cluster later = await _stores.ConnectAsync();

        Assert.False(later.Conf.GetBool("rbd_cache"));
        Assert.Equal(3, (long)later.Conf.GetUInt("rbd_concurrent_management_ops"));
    }

    [Fact]
    public async Task Set_gives_way_to_what_the_client_says_itself()
    {
        await RunAsync("""{"prefix":"config set","who":"global","name":"rbd_cache","value":"false"}""");

        await using Cluster later = await _stores.ConnectAsync(conf => conf.Set("rbd_cache", "true"));

        Assert.True(later.Conf.GetBool("rbd_cache"));
    }

    [Theory]
    [InlineData("""{"prefix":"config get","who":"client.cinder","key":"rbd_cache"}""", "false\n")]
    [InlineData("""{"prefix":"config get","who":"mon","key":"rbd_cache"}""", "true\n")]
    [InlineData("""{"prefix":"config dump","format":"json"}""", """[{"section":"client","name":"rbd_cache","value":"false","level":"advanced","can_update_at_runtime":true,"mask":""}]""")]
    [InlineData("""{"prefix":"config get","who":"client.cinder","format":"json"}""", """{"rbd_cache":{"value":"false","section":"client","mask":{},"can_update_at_runtime":true}}""")]
    public async Task Get_and_dump_tell_what_was_set(string command, string output)
    {
        await RunAsync("""{"prefix":"config set","who":"client","name":"rbd_cache","value":"false"}""");

        Assert.Equal(output, await RunAsync(command));
    }

    [Fact]
    public async Task Remove_takes_it_back()
    {
        await RunAsync("""{"prefix":"config set","who":"client","name":"rbd_cache","value":"false"}""");

        await RunAsync("""{"prefix":"config rm","who":"client","name":"rbd_cache"}""");

        Assert.Equal("[]", await RunAsync("""{"prefix":"config dump","format":"json"}"""));
    }

    [Theory]
    [InlineData("nobody", "rbd_cache", "true", "unrecognized config target 'nobody'")]
    [InlineData("client", "no_such", "1", "unrecognized config option 'no_such'")]
    [InlineData("client", "rbd_cache", "perhaps", "error parsing value")]
    public async Task Set_of_nonsense_is_refused(string who, string name, string value, string said)
    {
        MonCommandReply reply = await _cluster.MonCommandAsync(
            $$"""{"prefix":"config set","who":"{{who}}","name":"{{name}}","value":"{{value}}"}""", default, CancellationToken.None);

        Assert.Equal(-(int)Errno.EINVAL, reply.ReturnCode);
        Assert.Contains(said, reply.Status, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Xml_is_made_of_the_same_members()
    {
        await _cluster.Pools.CreateAsync("a<b", CancellationToken.None);

        Assert.Equal("<ls><item>a&lt;b</item></ls>\n", await RunAsync("""{"prefix":"osd pool ls","format":"xml"}"""));
    }

    [Fact]
    public async Task Osd_command_answers_for_the_node_that_is_there()
    {
        MonCommandReply version = await _cluster.OsdCommandAsync(0, """{"prefix":"version","format":"json"}""", CancellationToken.None);
        MonCommandReply missing = await _cluster.OsdCommandAsync(99, """{"prefix":"version"}""", CancellationToken.None);

        Assert.Equal((0, -(int)Errno.ENOENT), (version.ReturnCode, missing.ReturnCode));
        Assert.Contains("16.2.15", Encoding.UTF8.GetString(version.Output.Span), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Ping_needs_no_connection_of_its_own()
    {
        var conf = new CephConf("ceph", EntityName.Admin);
        conf.Set("rbd_store", "local:/nowhere");
        await using var unconnected = new Cluster(conf, _stores);

        MonCommandReply reply = await unconnected.PingMonitorAsync("a", CancellationToken.None);

        Assert.Equal((0, 1), (reply.ReturnCode, _stores.OpenConnections));
        Assert.Contains("\"mon_status\"", Encoding.UTF8.GetString(reply.Output.Span), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Services_show_up_while_their_client_lives()
    {
        await using (Cluster daemon = await _stores.ConnectAsync())
        {
            await daemon.Services.RegisterAsync("gateway", "one", new Dictionary<string, string> { ["id"] = "7" }, CancellationToken.None);
            Assert.Contains("\"gateway\":{\"daemons\":{\"one\":", await RunAsync("""{"prefix":"service dump","format":"json"}"""), StringComparison.Ordinal);
            await Refusal.OfAsync(Errno.EEXIST, () => daemon.Services.RegisterAsync("gateway", "two", new Dictionary<string, string>(), CancellationToken.None));
        }

        Assert.Equal("""{"epoch":1,"services":{}}""", await RunAsync("""{"prefix":"service dump","format":"json"}"""));
    }

    private async Task<string> RunAsync(string command)
    {
        MonCommandReply reply = await _cluster.MonCommandAsync(command, default, CancellationToken.None);
        Assert.Equal((0, ""), (reply.ReturnCode, reply.ReturnCode == 0 ? "" : reply.Status));
        return Encoding.UTF8.GetString(reply.Output.Span);
    }
}
