using System.Text.Json;

namespace CurveRbd.Cli.Tests;

public class CephCommandTests : CommandTest
{
    [Fact]
    public async Task Pool_create_says_so_on_stderr_and_again_exits_0()
    {
        CommandRun first = await CephAsync("osd pool create p 8");
        CommandRun again = await CephAsync("osd pool create p 8");

        Assert.Equal((0, "", "pool 'p' created\n"), (first.ExitCode, first.Output, first.Error));
        Assert.Equal((0, "", "pool 'p' already exists\n"), (again.ExitCode, again.Output, again.Error));
    }

    [Fact]
    public async Task Pool_ls_prints_names()
    {
        await CreatePoolAsync("images");

        Assert.Equal("rbd\nimages\n", (await CephAsync("osd pool ls")).Output);
        Assert.Equal("\n[\"rbd\",\"images\"]", (await CephAsync("osd pool ls --format=json")).Output);
        Assert.Equal("1 rbd\n2 images\n", (await CephAsync("osd lspools")).Output);
    }

    [Fact]
    public async Task Pool_delete_wants_the_name_twice_and_a_confirmation()
    {
        await CreatePoolAsync("p");

        CommandRun refused = await CephAsync("osd pool delete p p");
        CommandRun done = await CephAsync("osd pool delete p p --yes-i-really-really-mean-it");

        Assert.Equal(1, refused.ExitCode);
        Assert.StartsWith("Error EPERM: ", refused.Error);
        Assert.Equal((0, "pool 'p' removed\n"), (done.ExitCode, done.Error));
        Assert.Equal("rbd\n", (await CephAsync("osd pool ls")).Output);
    }

    [Fact]
    public async Task Tell_and_ping_ask_one_member()
    {
        CommandRun version = await CephAsync("tell osd.0 version");
        CommandRun missing = await CephAsync("tell osd.7 version");
        CommandRun ping = await CephAsync("ping mon.a");

        Assert.Equal((0, "ceph version 16.2.15 (618f440892089921c3e944a991122ddc44e60516) pacific (stable)\n"), (version.ExitCode, version.Output));
        Assert.Equal((2, "Error ENOENT: osd.7 does not exist\n"), (missing.ExitCode, missing.Error));
        Assert.Contains("\"mon_status\"", ping.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Config_set_is_shown_by_dump_and_taken_back_by_rm()
    {
        CommandRun set = await CephAsync("config set client rbd_cache false");
        CommandRun dump = await CephAsync("config dump");
        await CephAsync("config rm client rbd_cache");

        Assert.Equal((0, "", ""), (set.ExitCode, set.Output, set.Error));
        Assert.Matches("client +advanced +rbd_cache +false", dump.Output);
        Assert.DoesNotContain("rbd_cache", (await CephAsync("config dump")).Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Pool_that_is_missing_is_ENOENT()
    {
        CommandRun run = await CephAsync("osd pool get nowhere size");

        Assert.Equal(2, run.ExitCode);
        Assert.Equal("Error ENOENT: unrecognized pool 'nowhere'\n", run.Error);
    }

    [Fact]
    public async Task Mon_dump_json_is_what_Nova_reads()
    {
        CommandRun run = await RunAsync(["ceph", "mon", "dump", "--format=json", "--id", "nova"]);

        Assert.Equal((0, "dumped monmap epoch 1\n"), (run.ExitCode, run.Error));
        Assert.StartsWith("\n{", run.Output);
        using JsonDocument dump = JsonDocument.Parse(run.Output);
        string address = dump.RootElement.GetProperty("mons")[0].GetProperty("addr").GetString()!;
        Assert.Matches(@"^127\.0\.0\.1:\d+/\d+$", address);
    }

    [Fact]
    public async Task Df_json_is_what_Nova_reads()
    {
        using JsonDocument df = JsonDocument.Parse((await CephAsync("df --format=json")).Output);

        Assert.True(df.RootElement.GetProperty("stats").GetProperty("total_bytes").GetUInt64() > 0);
        JsonElement pool = df.RootElement.GetProperty("pools")[0];
        Assert.Equal("rbd", pool.GetProperty("name").GetString());
        Assert.True(pool.GetProperty("stats").GetProperty("max_avail").GetUInt64() > 0);
    }

    [Theory]
    [InlineData("-s", "  cluster:\n    id:     ")]
    [InlineData("status", "  services:\n    mon: ")]
    [InlineData("df", "--- RAW STORAGE ---\nCLASS ")]
    [InlineData("df detail", "--- POOLS ---\nPOOL ")]
    [InlineData("health", "HEALTH_OK\n")]
    [InlineData("health detail", "HEALTH_OK\n")]
    [InlineData("mon dump", "epoch 1\nfsid ")]
    [InlineData("osd dump", "epoch ")]
    [InlineData("osd tree", "ID ")]
    [InlineData("osd pool get rbd size", "size: ")]
    [InlineData("osd pool ls detail", "pool 1 'rbd' ")]
    [InlineData("osd pool application get rbd", "{")]
    [InlineData("osd pool get-quota rbd", "quotas for pool 'rbd':")]
    [InlineData("osd pool stats", "pool rbd id 1\n")]
    [InlineData("version", "ceph version 16.2.15 ")]
    [InlineData("versions", "{\n    \"mon\"")]
    [InlineData("--version", "ceph version 16.2.15 ")]
    public async Task Command_prints_its_text(string line, string expected)
    {
        CommandRun run = await CephAsync(line);

        Assert.Contains(expected, run.Output);
        Assert.Equal(0, run.ExitCode);
    }

    [Fact]
    public async Task Fsid_is_a_line()
    {
        Assert.Matches(@"^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\n$", (await CephAsync("fsid")).Output);
    }

    [Fact]
    public async Task Unknown_command_lists_candidates_and_exits_22()
    {
        CommandRun run = await CephAsync("osd pool bogus");

        Assert.Equal((22, ""), (run.ExitCode, run.Output));
        Assert.StartsWith("no valid command found; ", run.Error);
        Assert.EndsWith("\nError EINVAL: invalid command\n", run.Error);
    }

    [Fact]
    public async Task Wrong_format_exits_2()
    {
        Assert.Equal(2, (await CephAsync("status -f table")).ExitCode);
    }

    [Fact]
    public async Task Output_goes_to_a_file()
    {
        CommandRun run = await CephAsync($"fsid -o {At("fsid")}");

        Assert.Equal("", run.Output);
        Assert.Equal(37, (await File.ReadAllBytesAsync(At("fsid"))).Length);
    }

    [Fact]
    public async Task Help_lists_the_commands_of_the_cluster()
    {
        CommandRun run = await CephAsync("--help");

        Assert.Contains("osd pool create <pool>", run.Output);
        Assert.Equal(0, run.ExitCode);
    }
}
