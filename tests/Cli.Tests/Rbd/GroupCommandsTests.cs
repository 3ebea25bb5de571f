namespace CurveRbd.Cli.Tests;

public sealed class GroupCommandsTests : CommandTest
{
    public override async ValueTask InitializeAsync()
    {
        await base.InitializeAsync();
        await DoAsync("rbd create a --size 1");
        await DoAsync("rbd create b --size 1");
        await DoAsync("rbd group create g");
        await DoAsync("rbd group image add g a");
        await DoAsync("rbd group image add rbd/g rbd/b");
    }

    [Fact]
    public async Task List_shows_the_groups_of_a_pool()
    {
        await DoAsync("rbd group create rbd/h");

        Assert.Equal("g\nh\n", (await DoAsync("rbd group ls")).Output);
        Assert.Equal("[\"g\",\"h\"]\n", (await DoAsync("rbd group list --pool rbd --format json")).Output);
        Assert.Equal("<groups><name>g</name><name>h</name></groups>\n", (await DoAsync("rbd group ls --format xml")).Output);
    }

    [Fact]
    public async Task Image_list_shows_pool_and_image()
    {
        Assert.Equal("rbd/a \nrbd/b \n", (await DoAsync("rbd group image ls g")).Output);
        Assert.Equal(
            "[{\"image\":\"a\",\"pool\":\"rbd\",\"namespace\":\"\",\"state\":0},{\"image\":\"b\",\"pool\":\"rbd\",\"namespace\":\"\",\"state\":0}]\n",
            (await DoAsync("rbd group image list g --format json")).Output);
    }

    [Fact]
    public async Task Info_of_an_image_tells_its_group()
    {
        Assert.Contains("\tgroup: rbd/g\n", (await DoAsync("rbd info a")).Output, StringComparison.Ordinal);
        Assert.Contains("\"group\":\"rbd/g\"", (await DoAsync("rbd info a --format json")).Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Image_of_a_group_is_not_removed()
    {
        CommandRun refused = await RbdAsync("rm a --no-progress");

        Assert.Equal(31, refused.ExitCode);
        await DoAsync("rbd group image rm g a");
        await DoAsync("rbd rm a --no-progress");
    }

    [Fact]
    public async Task Rollback_makes_the_images_what_they_were()
    {
        byte[] before = await ImportAsync("c", 100_000, seed: 1);
        await DoAsync("rbd group image add g c");
        await DoAsync("rbd group snap create g@s");
        await DoAsync("rbd bench --io-type write --io-total 100K c");

        await DoAsync("rbd group snap rollback g@s --no-progress");

        Assert.Equal(before, await ExportAsync("c"));
    }

    [Fact]
    public async Task Snapshots_are_listed_and_shown_with_the_images()
    {
        await DoAsync("rbd group snap create g@s");
        await DoAsync("rbd group snap rename g@s t");

        Assert.Equal("NAME  STATUS\nt     ok    \n", (await DoAsync("rbd group snap ls g")).Output);
        Assert.Equal("[{\"snapshot\":\"t\",\"state\":\"ok\"}]\n", (await DoAsync("rbd group snap list g --format json")).Output);
        Assert.Contains("group (rbd/g@t)", (await DoAsync("rbd snap ls --all a")).Output, StringComparison.Ordinal);
        Assert.Contains(
            "\"namespace\":{\"type\":\"group\",\"pool\":\"rbd\",\"group\":\"g\",\"group snap\":\"t\"}",
            (await DoAsync("rbd snap ls -a a --format json")).Output,
            StringComparison.Ordinal);
        Assert.Equal("", (await DoAsync("rbd snap ls a")).Output);
        Assert.Contains("\t\trbd/a (snap id 1)\n", (await DoAsync("rbd group snap info g@t")).Output, StringComparison.Ordinal);
        await DoAsync("rbd group snap rm g@t");
        Assert.Equal("", (await DoAsync("rbd group snap ls g")).Output);
    }

    [Theory]
    [InlineData("group create g", 17, "rbd: create error: (17) File exists")]
    [InlineData("group create", 22, "rbd: group name was not specified")]
    [InlineData("group image ls nx", 2, "rbd: group list failed: (2) No such file or directory")]
    [InlineData("group image add g", 22, "rbd: image name was not specified")]
    [InlineData("group image add g nx", 2, "rbd: add image error: (2) No such file or directory")]
    [InlineData("group image rm g nx", 2, "rbd: remove image error: (2) No such file or directory")]
    [InlineData("group rename g rbd2/h", 22, "rbd: group rename across pools or namespaces not supported")]
    [InlineData("group snap create g", 22, "rbd: snapshot name was not specified")]
    [InlineData("group snap rm g@nx", 2, "rbd: failed to remove group snapshot: (2) No such file or directory")]
    [InlineData("group snap rollback g@nx --no-progress", 2, "rbd: rollback group to snapshot failed: (2) No such file or directory")]
    public async Task Refusals_end_as_in_Ceph(string line, int exitCode, string message)
    {
        CommandRun run = await RbdAsync(line);

        Assert.Equal(exitCode, run.ExitCode);
        Assert.Equal(message, run.Messages);
    }

    [Fact]
    public async Task Remove_lets_the_images_go()
    {
        await DoAsync("rbd group snap create g@s");
        await DoAsync("rbd group rename g h");

        await DoAsync("rbd group rm h");

        Assert.Equal("", (await DoAsync("rbd group ls")).Output);
        await DoAsync("rbd rm a --no-progress");
    }
}
