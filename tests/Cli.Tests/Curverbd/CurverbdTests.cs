using CurveRbd.Rados;
using CurveRbd.Store;

namespace CurveRbd.Cli.Tests;

public class CurverbdTests : CommandTest
{
    [Fact]
    public async Task Version_names_both_products()
    {
        Assert.Matches(@"^curverbd \d+\.\d+\.\d+\nbehaves as ceph version 16\.2\.15 ", (await CurverbdAsync("version")).Output);
    }

    [Fact]
    public async Task Check_of_a_clean_cluster_finds_nothing()
    {
        await DoAsync("rbd create a --size 1");

        CommandRun run = await CurverbdAsync("check");

        Assert.Equal((0, "Records and volumes fit together.\n"), (run.ExitCode, run.Output));
        Assert.Equal("{\"findings\":[],\"wrong\":0,\"repair\":false}\n", (await CurverbdAsync("check rbd --format json")).Output);
    }

    [Fact]
    public async Task Check_explains_what_it_finds_and_repairs_it()
    {
        await DoAsync("rbd create a --size 1");
        StoreConnection store = await Stores.ConnectAsync(null!, CancellationToken.None);
        await store.Records.CommitAsync(
            new RecordTransaction().Put("pool/1/rbd/name//ghost", "{\"version\":1,\"id\":\"0123456789ab\"}"u8.ToArray()),
            CancellationToken.None);

        CommandRun found = await CurverbdAsync("check");
        CommandRun json = await CurverbdAsync("check rbd --format json");
        CommandRun repaired = await CurverbdAsync("check --repair");

        Assert.Equal(1, found.ExitCode);
        Assert.Equal(
            "rbd/ghost: damage (name-without-image)\n"
            + "    The name leads to image 0123456789ab, which is not there. A repair gives the name free.\n"
            + "1 wrong, 0 pending, 0 repaired. 'curverbd check --repair' puts right what can be.\n",
            found.Output);
        Assert.Contains("\"kind\":\"name-without-image\",\"severity\":\"damage\"", json.Output);
        Assert.Contains("\"repairable\":true,\"repaired\":false}],\"wrong\":1,\"repair\":false}", json.Output);
        Assert.Equal(0, repaired.ExitCode);
        Assert.EndsWith(" REPAIRED.\n0 wrong, 0 pending, 1 repaired.\n", repaired.Output);
        Assert.Equal("Records and volumes fit together.\n", (await CurverbdAsync("check rbd/a")).Output);
        Assert.Equal(2, (await CurverbdAsync("check rbd/ghost")).ExitCode);
    }

    [Fact]
    public async Task Curverbd_runs_Cephs_commands_by_name()
    {
        await DoAsync("rbd create a --size 1");

        using var captured = new MemoryStream();
        using var error = new MemoryStream();
        var environment = new CommandEnvironment
        {
            Terminal = new Terminal(Stream.Null, captured, error),
            Stores = Stores,
            GetVariable = _ => null,
        };
        int exitCode = await MultiCall.RunAsync(["/usr/bin/curverbd", "rbd", "--conf", ConfPath, "ls"], environment);

        Assert.Equal(0, exitCode);
        Assert.Equal("a\n", System.Text.Encoding.UTF8.GetString(captured.ToArray()));
    }

    [Fact]
    public async Task Config_show_says_where_the_settings_come_from()
    {
        string plain = (await CurverbdAsync("config show --id nova")).Output;
        string json = (await CurverbdAsync("config show --format json")).Output;

        Assert.Contains("client:      client.nova\n", plain);
        Assert.Contains($"ceph.conf:   {ConfPath}\n", plain);
        Assert.Contains("store:       local:/unused\n", plain);
        Assert.Contains("\"store\":\"local:/unused\"", json);
    }

    [Fact]
    public async Task Unknown_command_exits_1()
    {
        CommandRun run = await CurverbdAsync("bogus");

        Assert.Equal((1, "error: unknown option 'bogus'\n\n"), (run.ExitCode, run.Error));
    }
}
