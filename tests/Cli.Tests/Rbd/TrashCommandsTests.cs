using System.Text.RegularExpressions;

namespace CurveRbd.Cli.Tests;

public partial class TrashCommandsTests : CommandTest
{
    private byte[] _content = [];
    private string _id = "";

    public override async ValueTask InitializeAsync()
    {
        await base.InitializeAsync();
        _content = await ImportAsync("a", 1 << 20, seed: 9);
        _id = IdInJson().Match((await DoAsync("rbd info a --format json")).Output).Value;
    }

    [Fact]
    public async Task Moved_image_is_listed_in_the_trash_only()
    {
        CommandRun run = await DoAsync("rbd trash mv a");

        Assert.Equal(("", ""), (run.Output, run.Error));
        Assert.Equal("", (await DoAsync("rbd ls")).Output);
        Assert.Equal($"{_id} a\n", (await DoAsync("rbd trash ls")).Output);
        Assert.Equal($"[{{\"id\":\"{_id}\",\"name\":\"a\"}}]\n", (await DoAsync("rbd trash list rbd --format json")).Output);
        Assert.Equal(2, (await RbdAsync("info a")).ExitCode);
        Assert.StartsWith("rbd image 'a':\n", (await DoAsync($"rbd info --image-id {_id}")).Output);
    }

    [Fact]
    public async Task List_long_tells_times_and_parents()
    {
        await DoAsync("rbd snap create a@s");
        await DoAsync("rbd snap protect a@s");
        await DoAsync("rbd clone a@s clone");
        await DoAsync("rbd create late --size 1");
        await DoAsync("rbd trash mv clone");
        await RunAsync(["rbd", "trash", "mv", "late", "--expires-at", "now + 2 hours"]);

        string text = Mask((await DoAsync("rbd trash ls -l")).Output);
        string json = Mask((await DoAsync("rbd trash ls --long --format json")).Output);

        string[] lines = text.Split('\n');
        Assert.Matches(@"^ID +NAME   SOURCE  DELETED_AT +STATUS +PARENT $", lines[0]);
        Assert.Contains("  clone  USER    TIME  expired at TIME       rbd/a@s\n", text);
        Assert.Contains("  late   USER    TIME  protected until TIME         \n", text);
        Assert.Contains(
            """
            "name":"clone","source":"USER","deleted_at":"TIME","status":"expired at TIME",
            "parent":{"pool":"rbd","pool_namespace":"","image":"a","snapshot":"s"}}
            """.ReplaceLineEndings(""),
            json);
    }

    [Fact]
    public async Task List_of_an_empty_trash_is_empty()
    {
        Assert.Equal("", (await DoAsync("rbd trash ls")).Output);
        Assert.Equal("", (await DoAsync("rbd trash ls -l")).Output);
        Assert.Equal("[]\n", (await DoAsync("rbd trash ls --format json")).Output);
    }

    [Fact]
    public async Task Restored_image_is_what_it_was()
    {
        await DoAsync("rbd trash move a");

        await DoAsync($"rbd trash restore {_id}");

        Assert.Equal("a\n", (await DoAsync("rbd ls")).Output);
        Assert.Equal("", (await DoAsync("rbd trash ls")).Output);
        Assert.Equal(_content, await ExportAsync("a"));
    }

    [Fact]
    public async Task Restore_to_a_name_that_is_taken_asks_for_another()
    {
        await DoAsync("rbd trash mv a");
        await DoAsync("rbd create a --size 1");

        CommandRun refused = await RbdAsync($"trash restore rbd/{_id}");
        await DoAsync($"rbd trash restore --image-id {_id} --image b");

        Assert.Equal(
            (17, "rbd: error: an image with the same name already exists, try again with a different name"),
            (refused.ExitCode, refused.Messages));
        Assert.Equal(_content, await ExportAsync("b"));
    }

    [Fact]
    public async Task Remove_shows_progress_and_removes()
    {
        await DoAsync("rbd trash mv a");

        CommandRun run = await DoAsync($"rbd trash rm {_id}");

        Assert.EndsWith("\rRemoving image: 100% complete...done.\n", run.Error);
        Assert.Equal("", (await DoAsync("rbd trash ls")).Output);
    }

    [Fact]
    public async Task Remove_before_the_time_wants_force()
    {
        await RunAsync(["rbd", "trash", "mv", "a", "--expires-at", "1 hour"]);

        CommandRun refused = await RbdAsync($"trash rm {_id} --no-progress");
        await DoAsync($"rbd trash rm --image-id {_id} --force --no-progress");

        Assert.Equal(1, refused.ExitCode);
        Assert.Equal(
            "\nDeferment time has not expired, please use --force if you really want to remove the image", refused.Messages);
        Assert.Equal("", (await DoAsync("rbd trash ls")).Output);
    }

    [Fact]
    public async Task Remove_of_an_image_with_snapshots_is_refused_until_they_are_purged_by_id()
    {
        await DoAsync("rbd snap create a@s");
        await DoAsync("rbd snap protect a@s");
        await DoAsync("rbd trash mv a");

        CommandRun refused = await RbdAsync($"trash rm {_id} --no-progress");
        await DoAsync($"rbd snap unprotect --image-id {_id} --snap s");
        await DoAsync($"rbd snap purge --image-id {_id}");
        await DoAsync($"rbd trash rm {_id}");

        Assert.Equal(
            (39, "rbd: image has snapshots - these must be deleted with 'rbd snap purge' before the image can be removed."),
            (refused.ExitCode, refused.Messages));
    }

    [Fact]
    public async Task Purge_removes_what_has_expired()
    {
        await DoAsync("rbd create late --size 1");
        await DoAsync("rbd trash mv a");
        await RunAsync(["rbd", "trash", "mv", "late", "--expires-at", "now + 2 hours"]);

        CommandRun run = await DoAsync("rbd trash purge");
        string left = (await DoAsync("rbd trash ls")).Output;
        Assert.Equal(0, (await RunAsync(["rbd", "trash", "purge", "--expired-before", "now + 3 hours"])).ExitCode);

        Assert.EndsWith("\rRemoving images: 100% complete...done.\n", run.Error);
        Assert.EndsWith(" late\n", left);
        Assert.Single(left.TrimEnd('\n').Split('\n'));
        Assert.Equal("", (await DoAsync("rbd trash ls")).Output);
    }

    [Fact]
    public async Task Purge_tells_what_could_not_be_removed_and_removes_the_rest()
    {
        await DoAsync("rbd snap create a@s");
        await DoAsync("rbd create b --size 1");
        await DoAsync("rbd trash mv a");
        await DoAsync("rbd trash mv b");

        CommandRun run = await RbdAsync("trash purge --no-progress");

        Assert.Equal(39, run.ExitCode);
        Assert.StartsWith("rbd: some expired images could not be removed\n", run.Messages);
        Assert.Equal($"{_id} a\n", (await DoAsync("rbd trash ls")).Output);
    }

    [Fact]
    public async Task Purge_with_a_threshold_out_of_range_is_EINVAL()
    {
        Assert.Equal(22, (await RbdAsync("trash purge --threshold 2 --no-progress")).ExitCode);
    }

    [Theory]
    [InlineData("add 3h")]
    [InlineData("add 1d 14:00 --pool rbd")]
    [InlineData("ls -R --format json")]
    [InlineData("list")]
    [InlineData("remove")]
    [InlineData("rm 3h")]
    [InlineData("status")]
    public async Task Purge_schedules_are_refused_with_advice(string line)
    {
        CommandRun run = await RbdAsync("trash purge schedule " + line);

        Assert.Equal(95, run.ExitCode);
        Assert.StartsWith("rbd: trash purge schedule ", run.Messages);
        Assert.Contains("systemd timer run 'rbd trash purge'", run.Messages);
    }

    [Fact]
    public async Task Pool_stats_count_the_trash_apart()
    {
        await DoAsync("rbd create b --size 2");
        await DoAsync("rbd snap create b@s");
        await DoAsync("rbd snap create a@s");
        await DoAsync("rbd trash mv a");

        Assert.Equal(
            "Total Images: 1 (1 in trash)\nTotal Snapshots: 1 (1 in trash)\nProvisioned Size: 2 MiB (1 MiB in trash)\n",
            (await DoAsync("rbd pool stats")).Output);
        Assert.Equal(
            """{"images":{"count":1,"provisioned_bytes":2097152,"snap_count":1},"trash":{"count":1,"provisioned_bytes":1048576,"snap_count":1}}""" + "\n",
            (await DoAsync("rbd pool stats --format json")).Output);
    }

    [Fact]
    public async Task Remove_goes_to_the_trash_when_the_configuration_says_so()
    {
        await DoAsync("rbd rm a --rbd_move_to_trash_on_remove=true --rbd_move_to_trash_on_remove_expire_seconds=3600");

        Assert.Contains("USER    TIME  protected until TIME", Mask((await DoAsync("rbd trash ls -l")).Output));
    }

    [Fact]
    public async Task Trash_of_a_namespace_is_its_own()
    {
        await DoAsync("rbd namespace create rbd/n");
        await DoAsync("rbd create rbd/n/b --size 1");

        await DoAsync("rbd trash mv rbd/n/b");

        Assert.Equal("", (await DoAsync("rbd trash ls")).Output);
        Assert.EndsWith(" b\n", (await DoAsync("rbd trash ls rbd/n")).Output);
        Assert.Equal(16, (await RbdAsync("namespace rm rbd/n")).ExitCode);
        await DoAsync("rbd trash purge rbd/n");
        await DoAsync("rbd namespace rm rbd/n");
    }

    private static string Mask(string output) => Times().Replace(output, "TIME");

    [GeneratedRegex(@"(?<=""id"":"")[0-9a-f]+", RegexOptions.None, 1000)]
    private static partial Regex IdInJson();

    [GeneratedRegex(@"\w{3} \w{3} [ \d]\d \d\d:\d\d:\d\d \d{4}", RegexOptions.None, 1000)]
    private static partial Regex Times();
}
