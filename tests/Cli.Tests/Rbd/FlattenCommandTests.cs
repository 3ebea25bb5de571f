namespace CurveRbd.Cli.Tests;

public class FlattenCommandTests : CommandTest
{
    private byte[] _content = [];

    public override async ValueTask InitializeAsync()
    {
        await base.InitializeAsync();
        _content = await ImportAsync("parent", (4 << 20) + 4096, seed: 7);
        await DoAsync("rbd snap create parent@s");
        await DoAsync("rbd snap protect parent@s");
    }

    [Fact]
    public async Task Flatten_makes_a_clone_independent()
    {
        await DoAsync("rbd clone parent@s child");

        CommandRun run = await DoAsync("rbd flatten child");

        Assert.EndsWith("\rImage flatten: 100% complete...done.\n", run.Error);
        Assert.Equal(_content, await ExportAsync("child"));
        Assert.DoesNotContain("parent", (await DoAsync("rbd info child")).Output);
        Assert.Equal("", (await DoAsync("rbd children parent")).Output);
        await DoAsync("rbd snap unprotect parent@s");
        await DoAsync("rbd snap purge parent");
        await DoAsync("rbd rm parent");
        Assert.Equal(_content, await ExportAsync("child"));
    }

    [Fact]
    public async Task Flatten_of_what_is_no_clone_is_EINVAL()
    {
        CommandRun run = await RbdAsync("flatten parent --no-progress");

        Assert.Equal((22, "rbd: flatten error: (22) Invalid argument"), (run.ExitCode, run.Messages));
    }

    [Fact]
    public async Task Snapshot_removed_by_force_flattens_its_clones()
    {
        await DoAsync("rbd clone parent@s child");

        await DoAsync("rbd snap rm parent@s --force");

        Assert.Equal(_content, await ExportAsync("child"));
        Assert.DoesNotContain("parent", (await DoAsync("rbd info child")).Output);
    }
}
