namespace CurveRbd.Cli.Tests;

public sealed class ObjectMapCommandsTests : CommandTest
{
    [Fact]
    public async Task Rebuild_clears_the_flags_that_enabling_sets()
    {
        await DoAsync("rbd create a --size 10 --image-feature layering,exclusive-lock");
        await DoAsync("rbd feature enable a object-map");
        Assert.Contains("flags: object map invalid, fast diff invalid", (await DoAsync("rbd info a")).Output, StringComparison.Ordinal);

        CommandRun run = await DoAsync("rbd object-map rebuild a");

        Assert.EndsWith("Object Map Rebuild: 100% complete...done.\n", run.Error, StringComparison.Ordinal);
        Assert.Contains("\tflags: \n", (await DoAsync("rbd info a")).Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Check_changes_nothing()
    {
        await DoAsync("rbd create a --size 10");
        await DoAsync("rbd snap create a@s --no-progress");

        CommandRun run = await DoAsync("rbd object-map check a@s");

        Assert.EndsWith("Object Map Check: 100% complete...done.\n", run.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("object-map rebuild a --no-progress", "rbd: rebuilding object map failed: (22) Invalid argument")]
    [InlineData("object-map check a --no-progress", "rbd: checking object map failed: (22) Invalid argument")]
    public async Task Without_an_object_map_it_is_refused(string line, string message)
    {
        await DoAsync("rbd create a --size 1 --image-feature layering");

        CommandRun run = await RbdAsync(line);

        Assert.Equal(22, run.ExitCode);
        Assert.Equal(message, run.Messages);
    }
}
