using System.Text.RegularExpressions;

namespace CurveRbd.Cli.Tests;

public partial class CloneCommandsTests : CommandTest
{
    private byte[] _content = [];

    public override async ValueTask InitializeAsync()
    {
        await base.InitializeAsync();
        await CreatePoolAsync("other");
        _content = await ImportAsync("parent", (4 << 20) + 4096, seed: 7);
        await DoAsync("rbd snap create parent@s");
        await DoAsync("rbd snap protect parent@s");
    }

    [Theory]
    [InlineData("clone parent@s child", "rbd/child")]
    [InlineData("clone parent --snap s child", "rbd/child")]
    [InlineData("clone --image parent --snap s --dest child", "rbd/child")]
    [InlineData("clone rbd/parent@s other/child", "other/child")]
    [InlineData("clone parent@s --dest-pool other --dest child", "other/child")]
    public async Task Clone_reads_as_its_parent(string line, string child)
    {
        CommandRun run = await DoAsync("rbd " + line);

        Assert.Equal(("", ""), (run.Output, run.Error));
        Assert.Equal(_content, await ExportAsync(child));
    }

    [Fact]
    public async Task Clone_takes_the_options_of_new_images()
    {
        await DoAsync("rbd clone parent@s child --object-size 1M --image-feature layering");

        string info = (await DoAsync("rbd info child")).Output;
        Assert.Contains("\torder 20 (1 MiB objects)\n", info);
        Assert.Contains("\tfeatures: layering\n", info);
    }

    [Fact]
    public async Task Clone_of_an_unprotected_snapshot_is_EINVAL()
    {
        await DoAsync("rbd snap create parent@free");

        CommandRun run = await RbdAsync("clone parent@free child --rbd-default-clone-format 1");

        Assert.Equal((22, "rbd: clone error: (22) Invalid argument"), (run.ExitCode, run.Messages));
        Assert.DoesNotContain("child", (await DoAsync("rbd ls")).Output);
    }

    [Theory]
    [InlineData("clone parent@s parent", 17, "clone error: (17) File exists")]
    [InlineData("clone nx@s child", 2, "clone error: (2) No such file or directory")]
    [InlineData("clone parent@s nowhere/child", 2, "error opening pool 'nowhere': (2) No such file or directory")]
    [InlineData("clone parent@s rbd/nowhere/child", 2, "namespace 'nowhere' does not exist.")]
    public async Task Clone_that_can_not_be_says_why(string line, int exitCode, string message)
    {
        CommandRun run = await RbdAsync(line);

        Assert.Equal((exitCode, $"rbd: {message}"), (run.ExitCode, run.Messages));
    }

    [Fact]
    public async Task Info_of_a_clone_tells_its_parent_and_overlap()
    {
        await DoAsync("rbd clone parent@s other/child");
        await DoAsync("rbd resize other/child --size 2 --allow-shrink");

        string text = (await DoAsync("rbd info other/child")).Output;
        string json = Mask((await DoAsync("rbd info other/child --format json")).Output);

        Assert.EndsWith("\tparent: rbd/parent@s\n\toverlap: 2 MiB\n", text);
        Assert.EndsWith(
            ",\"parent\":" + """{"pool":"rbd","pool_namespace":"","image":"parent","id":"ID","snapshot":"s","trash":false,"overlap":2097152}}""" + "\n",
            json);
    }

    [Fact]
    public async Task Children_are_listed_with_all_flags()
    {
        await DoAsync("rbd clone parent@s child");
        await DoAsync("rbd clone parent@s other/second");
        await DoAsync("rbd snap create child@t");
        await DoAsync("rbd snap protect child@t");
        await DoAsync("rbd clone child@t grandchild");
        await DoAsync("rbd trash mv other/second");

        Assert.Equal("rbd/child\n", (await DoAsync("rbd children parent@s")).Output);
        Assert.Equal("rbd/child\n", (await DoAsync("rbd children parent --snap-id 1")).Output);
        Assert.Equal("rbd/child\nother/second (trash ID)\n", MaskTrash((await DoAsync("rbd children parent -a")).Output));
        Assert.Equal("rbd/child\nrbd/grandchild\n", (await DoAsync("rbd children parent --descendants")).Output);
        Assert.Equal("", (await DoAsync("rbd children grandchild")).Output);
        Assert.Equal(
            """[{"pool":"rbd","pool_namespace":"","image":"child"}]""" + "\n",
            (await DoAsync("rbd children parent@s --format json")).Output);
        Assert.Equal(
            """[{"pool":"rbd","pool_namespace":"","image":"child","id":"ID","trash":false},""" +
            """{"pool":"other","pool_namespace":"","image":"second","id":"ID","trash":true}]""" + "\n",
            Mask((await DoAsync("rbd children parent@s --all --format json")).Output));
    }

    [Fact]
    public async Task Parents_protect_themselves_while_they_have_clones()
    {
        await DoAsync("rbd clone parent@s child");

        CommandRun unprotect = await RbdAsync("snap unprotect parent@s");
        CommandRun remove = await RbdAsync("snap rm parent@s --no-progress");
        CommandRun removeImage = await RbdAsync("rm parent --no-progress");

        Assert.Equal((16, "rbd: unprotecting snap failed: (16) Device or resource busy"), (unprotect.ExitCode, unprotect.Messages));
        Assert.Equal((16, "rbd: snapshot 's' is protected from removal."), (remove.ExitCode, remove.Messages));
        Assert.Equal(39, removeImage.ExitCode);
        Assert.StartsWith("rbd: image has snapshots - ", removeImage.Messages);
    }

    [Fact]
    public async Task Clone_of_format_2_needs_no_protection_and_outlives_the_snapshot()
    {
        await DoAsync("rbd snap create parent@free");
        await DoAsync("rbd clone parent@free child --rbd-default-clone-format 2");

        await DoAsync("rbd snap rm parent@free");

        Assert.Equal(_content, await ExportAsync("child"));
        Assert.DoesNotContain("free", (await DoAsync("rbd snap ls parent")).Output);
        Assert.Contains("trash (free)", (await DoAsync("rbd snap ls -a parent")).Output);
        Assert.Contains(
            "\"namespace\":{\"type\":\"trash\",\"original_name\":\"free\"}",
            (await DoAsync("rbd snap ls -a parent --format json")).Output);
        Assert.Contains("\tparent: rbd/parent@free\n", (await DoAsync("rbd info child")).Output);
        Assert.Contains("\top_features: clone-parent, snap-trash\n", (await DoAsync("rbd info parent")).Output);
        Assert.Contains("\top_features: clone-child\n", (await DoAsync("rbd info child")).Output);
    }

    [Fact]
    public async Task Remove_of_an_image_whose_removed_snapshots_have_clones_is_refused()
    {
        await DoAsync("rbd create b --size 1");
        await DoAsync("rbd snap create b@s");
        await DoAsync("rbd clone b@s child --rbd-default-clone-format 2");
        await DoAsync("rbd snap rm b@s");

        CommandRun run = await RbdAsync("rm b --no-progress");

        Assert.Equal(
            (39, "rbd: image has snapshots with linked clones - these must be deleted or flattened before the image can be removed."),
            (run.ExitCode, run.Messages));
    }

    private static string Mask(string output) => IdInJson().Replace(output, "ID");

    private static string MaskTrash(string output) => IdInText().Replace(output, "ID");

    [GeneratedRegex(@"(?<=""id"":"")[0-9a-f]+", RegexOptions.None, 1000)]
    private static partial Regex IdInJson();

    [GeneratedRegex(@"(?<=\(trash )[0-9a-f]+", RegexOptions.None, 1000)]
    private static partial Regex IdInText();
}
