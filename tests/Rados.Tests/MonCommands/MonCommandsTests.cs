using System.Globalization;
using System.Text;
using System.Text.Json;
using CurveRbd.Store;

namespace CurveRbd.Rados.Tests;

public sealed class MonCommandsTests : IAsyncLifetime
{
    private static readonly CancellationToken s_none = CancellationToken.None;

    private readonly TestStores _stores = new();
    private Cluster _cluster = null!;

    public async ValueTask InitializeAsync()
    {
        _cluster = await _stores.ConnectAsync();
        await _cluster.Pools.CreateAsync("rbd", s_none);
        await _cluster.Pools.CreateAsync("vms", s_none);
    }

    public async ValueTask DisposeAsync() => await _cluster.DisposeAsync();

    [Theory]
    [InlineData("""{"prefix":"osd pool ls","format":"json"}""", """["rbd","vms"]""")]
    [InlineData("""{"prefix":"osd pool ls"}""", "rbd\nvms\n")]
    [InlineData("""{"prefix":"osd lspools","format":"json"}""", """[{"poolnum":1,"poolname":"rbd"},{"poolnum":2,"poolname":"vms"}]""")]
    [InlineData("""{"prefix":"osd lspools"}""", "1 rbd\n2 vms\n")]
    [InlineData("""{"prefix":"osd pool get","pool":"rbd","var":"size"}""", "size: 1\n")]
    [InlineData("""{"prefix":"osd pool get","pool":"rbd","var":"size","format":"json"}""", """{"pool":"rbd","pool_id":1,"size":1}""")]
    [InlineData("""{"prefix":"osd pool get","pool":"rbd","var":"nodelete","format":"json"}""", """{"pool":"rbd","pool_id":1,"nodelete":false}""")]
    [InlineData("""{"prefix":"osd pool get","pool":"rbd","var":"pg_num","format":"json-pretty"}""", "{\n    \"pool\": \"rbd\",\n    \"pool_id\": 1,\n    \"pg_num\": 32\n}\n")]
    [InlineData("""{"prefix":"osd pool get-quota","pool":"rbd","format":"json"}""", """{"pool_name":"rbd","pool_id":1,"quota_max_objects":0,"current_num_objects":0,"quota_max_bytes":0,"current_num_bytes":0}""")]
    [InlineData("""{"prefix":"osd pool get-quota","pool":"rbd"}""", "quotas for pool 'rbd':\n  max objects: N/A\n  max bytes  : N/A\n")]
    [InlineData("""{"prefix":"osd pool stats","pool_name":"rbd","format":"json"}""", """[{"pool_name":"rbd","pool_id":1,"recovery":{},"recovery_rate":{},"client_io_rate":{}}]""")]
    [InlineData("""{"prefix":"osd pool application get","pool":"rbd","format":"json"}""", "{}")]
    [InlineData("""{"prefix":"osd ls","format":"json"}""", "[0]")]
    [InlineData("""{"prefix":"health"}""", "HEALTH_OK\n")]
    [InlineData("""{"prefix":"health","format":"json"}""", """{"status":"HEALTH_OK","checks":{},"mutes":[]}""")]
    [InlineData("""{"prefix":"version","format":"json"}""", """{"version":"ceph version 16.2.15 (618f440892089921c3e944a991122ddc44e60516) pacific (stable)"}""")]
    [InlineData("""{"prefix":"config get","who":"client.admin","key":"rbd_cache"}""", "true\n")]
    [InlineData("""{"prefix":"config dump","format":"json"}""", "[]")]
    [InlineData("""{"prefix":"auth ls","format":"json"}""", """{"auth_dump":[]}""")]
    [InlineData("""{"prefix":"osd blocklist ls","format":"json"}""", "[]")]
    [InlineData("""{"prefix":"config-key ls","format":"json"}""", "[]")]
    [InlineData("""{"prefix":"osd pool application get","format":"json"}""", """{"rbd":{},"vms":{}}""")]
    public async Task Command_answers(string command, string output)
    {
        MonCommandReply reply = await _cluster.MonCommandAsync(command, default, s_none);

        Assert.Equal((0, output), (reply.ReturnCode, Encoding.UTF8.GetString(reply.Output.Span)));
    }

    [Fact]
    public async Task Osd_df_tells_how_full_each_node_is()
    {
        MonCommandReply plain = await _cluster.MonCommandAsync("""{"prefix":"osd df"}""", default, s_none);
        MonCommandReply json = await _cluster.MonCommandAsync("""{"prefix":"osd df","format":"json"}""", default, s_none);

        using JsonDocument document = JsonDocument.Parse(json.Output);
        JsonElement node = document.RootElement.GetProperty("nodes")[0];
        StoreNode stored = (await _cluster.Stores.Volumes.GetStatusAsync(s_none)).Nodes[0];
        Assert.Equal((stored.TotalBytes >> 10, stored.UsedBytes >> 10, "up"), (node.GetProperty("kb").GetUInt64(), node.GetProperty("kb_used").GetUInt64(), node.GetProperty("status").GetString()));
        Assert.Equal(stored.TotalBytes >> 10, document.RootElement.GetProperty("summary").GetProperty("total_kb").GetUInt64());
        Assert.Contains("MIN/MAX VAR: 1.00/1.00  STDDEV: 0", Encoding.UTF8.GetString(plain.Output.Span), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("nonsense", Errno.EINVAL, "unparseable JSON nonsense")]
    [InlineData("[]", Errno.EINVAL, "unparseable JSON []")]
    [InlineData("""{"prefix":"nonsense"}""", Errno.EINVAL, "command not known")]
    [InlineData("{}", Errno.EINVAL, "command not known")]
    [InlineData("""{"prefix":"osd pool get","pool":"x","var":"size"}""", Errno.ENOENT, "unrecognized pool 'x'")]
    [InlineData("""{"prefix":"osd pool get","pool":"rbd","var":"x"}""", Errno.EINVAL, "invalid variable: 'x'")]
    [InlineData("""{"prefix":"osd pool get-quota"}""", Errno.EINVAL, "missing required parameter pool")]
    [InlineData("""{"prefix":"osd pool set","pool":"rbd","var":"size","val":"3"}""", Errno.EINVAL, "the store decides size: it is 1")]
    [InlineData("""{"prefix":"osd pool set-quota","pool":"rbd","field":"max_bytes","val":"x"}""", Errno.EINVAL, "error parsing value 'x': not a whole number")]
    [InlineData("""{"prefix":"osd pool create","pool":"e","pool_type":"erasure"}""", Errno.EOPNOTSUPP, "the store replicates: erasure coded pools are not supported")]
    [InlineData("""{"prefix":"osd pool create","pool":"n","size":3}""", Errno.EINVAL, "the store decides size: it is 1")]
    [InlineData("""{"prefix":"auth get","entity":"client.x"}""", Errno.ENOENT, "failed to find client.x in keyring")]
    [InlineData("""{"prefix":"auth get-key","entity":"client.x"}""", Errno.ENOENT, "don't have client.x")]
    [InlineData("""{"prefix":"config get","who":"client","key":"x"}""", Errno.ENOENT, "unrecognized key 'x'")]
    [InlineData("""{"prefix":"osd blocklist","blocklistop":"add","addr":"x"}""", Errno.EINVAL, "'x' is not a client's address such as 10.0.0.1:0/123")]
    public async Task Command_refusal_has_errno_and_text(string command, Errno errno, string status)
    {
        MonCommandReply reply = await _cluster.MonCommandAsync(command, default, s_none);

        Assert.Equal((-(int)errno, status, 0), (reply.ReturnCode, reply.Status, reply.Output.Length));
    }

    [Theory]
    [InlineData("""{"prefix":"osd pool create","pool":"n","pg_num":8}""", "pool 'n' created")]
    [InlineData("""{"prefix":"osd pool create","pool":"rbd","pg_num":"8"}""", "pool 'rbd' already exists")]
    [InlineData("""{"prefix":"osd pool delete","pool":"x","pool2":"x"}""", "pool 'x' does not exist")]
    [InlineData("""{"prefix":"osd pool delete","pool":"rbd","pool2":"rbd","yes_i_really_really_mean_it":true}""", "pool 'rbd' removed")]
    [InlineData("""{"prefix":"osd pool rename","srcpool":"rbd","destpool":"n"}""", "pool 'rbd' renamed to 'n'")]
    [InlineData("""{"prefix":"osd pool rename","srcpool":"x","destpool":"rbd"}""", "pool 'x' does not exist; pool 'rbd' does -- assuming successful rename")]
    [InlineData("""{"prefix":"osd pool set-quota","pool":"rbd","field":"max_bytes","val":"10M"}""", "set-quota max_bytes = 10485760 for pool rbd")]
    [InlineData("""{"prefix":"osd pool set-quota","pool":"rbd","field":"max_objects","val":"1K"}""", "set-quota max_objects = 1000 for pool rbd")]
    [InlineData("""{"prefix":"osd pool set","pool":"rbd","var":"size","val":"1"}""", "set pool 1 size to 1")]
    [InlineData("""{"prefix":"osd pool application enable","pool":"rbd","app":"rbd"}""", "enabled application 'rbd' on pool 'rbd'")]
    [InlineData("""{"prefix":"config-key set","key":"a/b","val":"v"}""", "set a/b")]
    public async Task Command_that_changes_says_what_it_did(string command, string status)
    {
        MonCommandReply reply = await _cluster.MonCommandAsync(command, default, s_none);

        Assert.Equal((0, status), (reply.ReturnCode, reply.Status));
    }

    [Theory]
    [InlineData("""{"prefix":"osd pool delete","pool":"rbd"}""")]
    [InlineData("""{"prefix":"osd pool delete","pool":"rbd","pool2":"rbd"}""")]
    [InlineData("""{"prefix":"osd pool delete","pool":"rbd","pool2":"vms","yes_i_really_really_mean_it":true}""")]
    [InlineData("""{"prefix":"osd pool rm","pool":"rbd","pool2":"rbd","yes_i_really_really_mean_it":false}""")]
    public async Task Pool_delete_without_full_confirmation_is_EPERM(string command)
    {
        MonCommandReply reply = await _cluster.MonCommandAsync(command, default, s_none);

        Assert.Equal(-(int)Errno.EPERM, reply.ReturnCode);
        Assert.StartsWith("WARNING: this will *PERMANENTLY DESTROY* all data stored in pool rbd.", reply.Status, StringComparison.Ordinal);
        Assert.NotNull(await _cluster.Pools.FindAsync("rbd", s_none));
    }

    [Fact]
    public async Task Fsid_is_the_stores()
    {
        Assert.Equal(_cluster.Fsid + "\n", await OutputAsync("""{"prefix":"fsid"}"""));
        Assert.Equal($$"""{"fsid":"{{_cluster.Fsid}}"}""", await OutputAsync("""{"prefix":"fsid","format":"json"}"""));
    }

    [Fact]
    public async Task Mon_dump_addresses_have_port_and_nonce_and_lead_back()
    {
        MonCommandReply reply = await _cluster.MonCommandAsync("""{"prefix":"mon dump","format":"json"}""", default, s_none);

        using JsonDocument map = JsonDocument.Parse(reply.Output);
        JsonElement monitor = Assert.Single(map.RootElement.GetProperty("mons").EnumerateArray());
        Assert.Equal("dumped monmap epoch 1", reply.Status);
        Assert.Equal("127.0.0.1:6789/0", monitor.GetProperty("addr").GetString());
        Assert.Equal(_cluster.Fsid, map.RootElement.GetProperty("fsid").GetString());
        Assert.Equal("[0]", map.RootElement.GetProperty("quorum").GetRawText());
    }

    [Fact]
    public async Task Mon_dump_plain_is_Cephs()
    {
        string[] lines = (await OutputAsync("""{"prefix":"mon dump"}""")).Split('\n');

        Assert.Equal("epoch 1", lines[0]);
        Assert.Equal($"fsid {_cluster.Fsid}", lines[1]);
        Assert.StartsWith("last_changed 20", lines[2], StringComparison.Ordinal);
        Assert.Equal(["min_mon_release 16 (pacific)", "election_strategy: 1", "0: v1:127.0.0.1:6789/0 mon.a", ""], lines[4..]);
    }

    [Fact]
    public async Task Df_numbers_are_the_stores()
    {
        await FillAsync("rbd", "v", 65536);
        StoreStatus status = await _stores.Volumes.GetStatusAsync(s_none);

        using JsonDocument df = JsonDocument.Parse(await OutputAsync("""{"prefix":"df","format":"json"}"""));

        JsonElement pool = df.RootElement.GetProperty("pools")[0].GetProperty("stats");
        Assert.Equal(status.TotalBytes, df.RootElement.GetProperty("stats").GetProperty("total_bytes").GetUInt64());
        Assert.Equal(status.UsedBytes, df.RootElement.GetProperty("stats").GetProperty("total_used_raw_bytes").GetUInt64());
        Assert.Equal(65536ul, pool.GetProperty("stored").GetUInt64());
        Assert.Equal(65536ul, pool.GetProperty("bytes_used").GetUInt64());
        Assert.Equal(1ul, pool.GetProperty("objects").GetUInt64());
        Assert.Equal(status.AvailableBytes, pool.GetProperty("max_avail").GetUInt64());
    }

    [Fact]
    public async Task Df_plain_is_Cephs_table()
    {
        _stores.Volumes.TotalBytes = 8ul << 30;

        string df = await OutputAsync("""{"prefix":"df"}""");

        Assert.Equal(
            """
            --- RAW STORAGE ---
            CLASS   SIZE  AVAIL  USED  RAW USED  %RAW USED
            local  8 GiB  8 GiB   0 B       0 B          0
            TOTAL  8 GiB  8 GiB   0 B       0 B          0
             
            --- POOLS ---
            POOL  ID  PGS  STORED  OBJECTS  USED  %USED  MAX AVAIL
            rbd    1   32     0 B        0   0 B      0      8 GiB
            vms    2   32     0 B        0   0 B      0      8 GiB

            """,
            df);
    }

    [Fact]
    public async Task Status_plain_is_Cephs()
    {
        _stores.Volumes.TotalBytes = 8ul << 30;

        string status = await OutputAsync("""{"prefix":"status"}""");

        Assert.Equal(
            $"""
              cluster:
                id:     {_cluster.Fsid}
                health: HEALTH_OK
             
              services:
                mon: 1 daemons, quorum a
                mgr: no daemons active
                osd: 1 osds: 1 up, 1 in
             
              data:
                pools:   2 pools, 0 pgs
                objects: 0 objects, 0 B
                usage:   0 B used, 8 GiB / 8 GiB avail
                pgs:     
             

            """,
            status);
    }

    [Fact]
    public async Task Status_json_has_what_consumers_read()
    {
        using JsonDocument status = JsonDocument.Parse(await OutputAsync("""{"prefix":"status","format":"json"}"""));

        Assert.Equal(
            [
                "fsid", "health", "election_epoch", "quorum", "quorum_names", "quorum_age", "monmap", "osdmap", "pgmap", "fsmap", "mgrmap",
                "servicemap", "progress_events",
            ],
            status.RootElement.EnumerateObject().Select(property => property.Name));
        Assert.Equal(2, status.RootElement.GetProperty("pgmap").GetProperty("num_pools").GetInt32());
    }

    [Fact]
    public async Task Health_reports_a_pool_at_its_quota()
    {
        await FillAsync("vms", "v", 4096);
        await OutputAsync("""{"prefix":"osd pool set-quota","pool":"vms","field":"max_objects","val":"1"}""");

        Assert.Equal(
            "HEALTH_WARN 1 pool(s) full\n[WRN] POOL_FULL: 1 pool(s) full\n    pool 'vms' is full (running out of quota)\n",
            await OutputAsync("""{"prefix":"health","detail":"detail"}"""));
        Assert.Equal(
            """{"status":"HEALTH_WARN","checks":{"POOL_FULL":{"severity":"HEALTH_WARN","summary":{"message":"1 pool(s) full","count":1},"muted":false}},"mutes":[]}""",
            await OutputAsync("""{"prefix":"health","format":"json"}"""));
    }

    [Fact]
    public async Task Quota_set_is_read_back_with_use()
    {
        await FillAsync("rbd", "v", 4096);
        await OutputAsync("""{"prefix":"osd pool set-quota","pool":"rbd","field":"max_bytes","val":"10M"}""");

        Assert.Equal(
            """{"pool_name":"rbd","pool_id":1,"quota_max_objects":0,"current_num_objects":1,"quota_max_bytes":10485760,"current_num_bytes":4096}""",
            await OutputAsync("""{"prefix":"osd pool get-quota","pool":"rbd","format":"json"}"""));
        Assert.Equal(
            "quotas for pool 'rbd':\n  max objects: N/A\n  max bytes  : 10 MiB  (current num bytes: 4096 bytes)\n",
            await OutputAsync("""{"prefix":"osd pool get-quota","pool":"rbd"}"""));
    }

    [Fact]
    public async Task Application_second_one_needs_confirmation()
    {
        await OutputAsync("""{"prefix":"osd pool application enable","pool":"rbd","app":"rbd"}""");

        MonCommandReply refused = await _cluster.MonCommandAsync("""{"prefix":"osd pool application enable","pool":"rbd","app":"rgw"}""", default, s_none);
        await OutputAsync("""{"prefix":"osd pool application enable","pool":"rbd","app":"rgw","yes_i_really_mean_it":true}""");

        Assert.Equal(-(int)Errno.EPERM, refused.ReturnCode);
        Assert.Equal("""{"rbd":{},"rgw":{}}""", await OutputAsync("""{"prefix":"osd pool application get","pool":"rbd","format":"json"}"""));
    }

    [Fact]
    public async Task Pool_ls_detail_describes_pools()
    {
        await OutputAsync("""{"prefix":"osd pool application enable","pool":"rbd","app":"rbd"}""");

        string detail = await OutputAsync("""{"prefix":"osd pool ls","detail":"detail"}""");
        using JsonDocument json = JsonDocument.Parse(await OutputAsync("""{"prefix":"osd pool ls","detail":"detail","format":"json"}"""));

        Assert.StartsWith("pool 1 'rbd' replicated size 1 min_size 1 crush_rule 0 object_hash rjenkins pg_num 32 pgp_num 32 ", detail, StringComparison.Ordinal);
        Assert.Equal("""{"rbd":{}}""", json.RootElement[0].GetProperty("application_metadata").GetRawText());
    }

    [Fact]
    public async Task Auth_get_or_create_gives_the_same_key_again()
    {
        const string Create = """{"prefix":"auth get-or-create","entity":"client.glance","caps":["mon","profile rbd","osd","profile rbd pool=images"]}""";

        string first = await OutputAsync(Create);
        string second = await OutputAsync(Create);
        string key = await OutputAsync("""{"prefix":"auth get-key","entity":"client.glance"}""");

        Assert.Equal(first, second);
        Assert.Equal($"[client.glance]\n\tkey = {key}\n", first);
        Assert.Equal(28, Convert.FromBase64String(key).Length);
        Assert.Equal(
            $"[client.glance]\n\tkey = {key}\n\tcaps mon = \"profile rbd\"\n\tcaps osd = \"profile rbd pool=images\"\n",
            await OutputAsync("""{"prefix":"auth get","entity":"client.glance"}"""));
        Assert.Equal(
            $$$"""[{"entity":"client.glance","key":"{{{key}}}","caps":{"mon":"profile rbd","osd":"profile rbd pool=images"}}]""",
            await OutputAsync("""{"prefix":"auth get","entity":"client.glance","format":"json"}"""));
    }

    [Fact]
    public async Task Auth_get_or_create_with_other_caps_is_EINVAL()
    {
        await OutputAsync("""{"prefix":"auth get-or-create","entity":"client.x","caps":["mon","allow r"]}""");

        MonCommandReply reply = await _cluster.MonCommandAsync("""{"prefix":"auth get-or-create","entity":"client.x","caps":["mon","allow *"]}""", default, s_none);

        Assert.Equal((-(int)Errno.EINVAL, "key for client.x exists but cap mon does not match"), (reply.ReturnCode, reply.Status));
    }

    [Fact]
    public async Task Blocklist_entry_is_listed_until_removed()
    {
        MonCommandReply added = await _cluster.MonCommandAsync("""{"prefix":"osd blocklist","blocklistop":"add","addr":"10.0.0.1:0/5","expire":60}""", default, s_none);
        MonCommandReply listed = await _cluster.MonCommandAsync("""{"prefix":"osd blacklist ls","format":"json"}""", default, s_none);
        bool wasListed = await _cluster.Blocklist.ContainsAsync("v2:10.0.0.1:0/5", s_none);
        MonCommandReply removed = await _cluster.MonCommandAsync("""{"prefix":"osd blocklist","blocklistop":"rm","addr":"10.0.0.1:0/5"}""", default, s_none);

        Assert.Matches(@"^blocklisting 10\.0\.0\.1:0/5 until 20.*\+0000 \(60 sec\)$", added.Status);
        Assert.Equal("listed 1 entries", listed.Status);
        Assert.True(wasListed);
        Assert.Equal("un-blocklisting 10.0.0.1:0/5", removed.Status);
        Assert.False(await _cluster.Blocklist.ContainsAsync("10.0.0.1:0/5", s_none));
    }

    [Fact]
    public async Task Config_key_value_comes_back_from_argument_and_from_input()
    {
        await OutputAsync("""{"prefix":"config-key set","key":"a/b","val":"v"}""");
        await _cluster.MonCommandAsync("""{"prefix":"config-key set","key":"c"}""", new byte[] { 0xff, 0 }, s_none);

        MonCommandReply bytes = await _cluster.MonCommandAsync("""{"prefix":"config-key get","key":"c"}""", default, s_none);

        Assert.Equal("v", await OutputAsync("""{"prefix":"config-key get","key":"a/b"}"""));
        Assert.Equal([0xff, 0], bytes.Output.ToArray());
        Assert.Equal("""["a/b","c"]""", await OutputAsync("""{"prefix":"config-key ls","format":"json"}"""));
    }

    [Fact]
    public async Task Command_descriptions_list_every_command_in_the_form_the_ceph_command_reads()
    {
        using JsonDocument descriptions = JsonDocument.Parse(await OutputAsync("""{"prefix":"get_command_descriptions","format":"json"}"""));

        JsonElement get = descriptions.RootElement.EnumerateObject().Select(command => command.Value)
            .Single(command => command.GetProperty("sig").GetRawText().StartsWith("""["osd","pool","get",{""", StringComparison.Ordinal));
        Assert.Equal("""{"name":"pool","type":"CephPoolname"}""", get.GetProperty("sig")[3].GetRawText());
        Assert.Equal("CephChoices", get.GetProperty("sig")[4].GetProperty("type").GetString());
        Assert.Equal("osd", get.GetProperty("module").GetString());
        Assert.Equal(MonCommands.All.Count(), descriptions.RootElement.EnumerateObject().Count());
        Assert.Equal("cmd000", descriptions.RootElement.EnumerateObject().First().Name);
    }

    /// <summary>No command fails for want of a store's answer, and every JSON is JSON.</summary>
    [Theory]
    [InlineData("plain")]
    [InlineData("json")]
    [InlineData("json-pretty")]
    public async Task Every_command_without_required_arguments_answers(string format)
    {
        IEnumerable<MonCommand> commands = MonCommands.All.Where(command =>
            command.Permissions.StartsWith('r') && !command.Permissions.Contains('w')
            && command.Parameters.All(parameter => parameter.Name is null || !parameter.IsRequired));
        int count = 0;
        foreach (MonCommand command in commands)
        {
            MonCommandReply reply = await _cluster.MonCommandAsync($$"""{"prefix":"{{command.Prefix}}","format":"{{format}}"}""", default, s_none);

            Assert.True(reply.ReturnCode == 0, $"{command.Prefix}: {reply.ReturnCode} {reply.Status}");
            if (format != "plain")
                using (JsonDocument.Parse(reply.Output))
                    count++;
        }

        Assert.True(format == "plain" || count > 30, count.ToString(CultureInfo.InvariantCulture));
    }

    private async Task<string> OutputAsync(string command)
    {
        MonCommandReply reply = await _cluster.MonCommandAsync(command, default, s_none);
        Assert.True(reply.ReturnCode == 0, $"{command}: {reply.ReturnCode} {reply.Status}");
        return Encoding.UTF8.GetString(reply.Output.Span);
    }

    private async Task FillAsync(string pool, string name, int bytes)
    {
        var path = new VolumePath(pool, name, "admin");
        await _stores.Volumes.CreateAsync(path, (ulong)bytes, s_none);
        await using IVolume volume = await _stores.Volumes.OpenAsync(path, readOnly: false, s_none);
        await volume.WriteAsync(0, new byte[bytes]);
    }
}
