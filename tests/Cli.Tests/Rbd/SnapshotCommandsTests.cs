using System.Text;
using System.Text.RegularExpressions;

namespace CurveRbd.Cli.Tests;

public partial class SnapshotCommandsTests : CommandTest
{
    public override async ValueTask InitializeAsync()
    {
        await base.InitializeAsync();
        await DoAsync("rbd create a --size 4");
    }

    [Fact]
    public async Task Create_shows_progress_and_creates()
    {
        CommandRun run = await DoAsync("rbd snap create a@s");

        Assert.EndsWith("\rCreating snap: 100% complete...done.\n", run.Error);
        Assert.Equal("SNAPID  NAME  SIZE   PROTECTED  TIMESTAMP               \n" +
                     "     1  s     4 MiB             TIME\n", Mask((await DoAsync("rbd snap ls a")).Output));
    }

    [Theory]
    [InlineData("snap add a@s --no-progress")]
    [InlineData("snap create a --snap s --no-progress")]
    [InlineData("snap create --image a --snap s --no-progress")]
    [InlineData("snap create --image a@s --no-progress --pool rbd")]
    [InlineData("snap create rbd/a@s --no-progress --skip-quiesce")]
    [InlineData("snap create --no-progress --ignore-quiesce-error rbd/a@s")]
    public async Task Create_takes_all_spellings_of_a_snapshot(string line)
    {
        CommandRun run = await DoAsync("rbd " + line);

        Assert.Equal(("", ""), (run.Output, run.Error));
        Assert.Contains("\"name\":\"s\"", (await DoAsync("rbd snap ls a --format json")).Output);
    }

    [Fact]
    public async Task Create_of_a_name_that_is_taken_is_EEXIST()
    {
        await DoAsync("rbd snap create a@s");

        CommandRun run = await RbdAsync("snap create a@s");

        Assert.Equal(17, run.ExitCode);
        Assert.Equal("\rCreating snap: 0% complete...failed.\nrbd: failed to create snapshot: (17) File exists", run.Messages);
    }

    [Fact]
    public async Task List_has_Cephs_layout_in_every_format()
    {
        await DoAsync("rbd snap create a@s");
        await DoAsync("rbd snap protect a@s");
        await DoAsync("rbd resize a --size 2048");
        await DoAsync("rbd snap create a@second");

        Assert.Equal("SNAPID  NAME    SIZE   PROTECTED  TIMESTAMP               \n" +
                     "     1  s       4 MiB  yes        TIME\n" +
                     "     2  second  2 GiB             TIME\n", Mask((await DoAsync("rbd snap list a")).Output));
        Assert.Equal(
            """[{"id":1,"name":"s","size":4194304,"protected":"true","timestamp":"TIME"},""" +
            """{"id":2,"name":"second","size":2147483648,"protected":"false","timestamp":"TIME"}]""" + "\n",
            Mask((await DoAsync("rbd snap ls a --format json")).Output));
        Assert.StartsWith(
            "<snapshots><snapshot><id>1</id><name>s</name><size>4194304</size><protected>true</protected>",
            (await DoAsync("rbd snap ls a --format xml")).Output);
    }

    [Fact]
    public async Task List_of_no_snapshot_is_empty()
    {
        Assert.Equal("", (await DoAsync("rbd snap ls a")).Output);
        Assert.Equal("[]\n", (await DoAsync("rbd snap ls a --format json")).Output);
    }

    [Fact]
    public async Task List_all_tells_the_namespaces()
    {
        await DoAsync("rbd snap create a@s");

        Assert.Equal("SNAPID  NAME  SIZE   PROTECTED  TIMESTAMP                 NAMESPACE\n" +
                     "     1  s     4 MiB             TIME  user     \n", Mask((await DoAsync("rbd snap ls -a a")).Output));
        Assert.EndsWith(
            "\"timestamp\":\"TIME\",\"namespace\":{\"type\":\"user\"}}]\n",
            Mask((await DoAsync("rbd snap ls --all a --format json")).Output));
    }

    [Fact]
    public async Task List_by_id_is_the_list_by_name()
    {
        await DoAsync("rbd snap create a@s");
        string id = Id().Match((await DoAsync("rbd info a --format json")).Output).Value;

        Assert.Equal((await DoAsync("rbd snap ls a")).Output, (await DoAsync($"rbd snap ls --image-id {id}")).Output);
    }

    [Fact]
    public async Task Remove_by_name_shows_progress_and_removes()
    {
        await DoAsync("rbd snap create a@s");

        CommandRun run = await DoAsync("rbd snap rm a@s");

        Assert.EndsWith("\rRemoving snap: 100% complete...done.\n", run.Error);
        Assert.Equal("", (await DoAsync("rbd snap ls a")).Output);
    }

    [Fact]
    public async Task Remove_by_id_removes_silently()
    {
        await DoAsync("rbd snap create a@s");
        await DoAsync("rbd snap create a@t");

        CommandRun run = await DoAsync("rbd snap remove a --snap-id 1");

        Assert.Equal("", run.Error);
        Assert.DoesNotContain("\"s\"", (await DoAsync("rbd snap ls a --format json")).Output);
    }

    [Fact]
    public async Task Remove_of_a_protected_one_is_refused()
    {
        await DoAsync("rbd snap create a@s");
        await DoAsync("rbd snap protect a@s");

        CommandRun byName = await RbdAsync("snap rm a@s --no-progress");
        CommandRun byId = await RbdAsync("snap rm a --snap-id 1");

        Assert.Equal((16, "rbd: snapshot 's' is protected from removal."), (byName.ExitCode, byName.Messages));
        Assert.Equal((16, "rbd: snapshot id 1 is protected from removal."), (byId.ExitCode, byId.Messages));
    }

    [Fact]
    public async Task Remove_by_force_unprotects()
    {
        await DoAsync("rbd snap create a@s");
        await DoAsync("rbd snap protect a@s");

        await DoAsync("rbd snap rm a@s --force");

        Assert.Equal("", (await DoAsync("rbd snap ls a")).Output);
    }

    [Theory]
    [InlineData("snap rm a@nx --no-progress", "failed to remove snapshot")]
    [InlineData("snap rm a --snap-id 7", "failed to remove snapshot")]
    [InlineData("snap rename a@nx a@y", "renaming snap failed")]
    [InlineData("snap rollback a@nx --no-progress", "rollback failed")]
    [InlineData("snap protect a@nx", "protecting snap failed")]
    [InlineData("snap unprotect a@nx", "unprotecting snap failed")]
    [InlineData("clone a@nx c", "clone error")]
    [InlineData("info a@nx", "error setting snapshot context")]
    [InlineData("export a@nx - --no-progress", "error setting snapshot context")]
    [InlineData("cp a@nx c --no-progress", "error setting snapshot context")]
    public async Task Snapshot_that_does_not_exist_is_ENOENT(string line, string what)
    {
        await DoAsync("rbd snap create a@s");

        CommandRun run = await RbdAsync(line);

        Assert.Equal((2, $"rbd: {what}: (2) No such file or directory"), (run.ExitCode, run.Messages));
    }

    [Fact]
    public async Task Children_of_a_snapshot_that_does_not_exist_are_ENOENT()
    {
        CommandRun byName = await RbdAsync("children a@nx");
        CommandRun byId = await RbdAsync("children a --snap-id 7");

        Assert.Equal((2, "rbd: snapshot does not exist."), (byName.ExitCode, byName.Messages));
        Assert.Equal((2, "rbd: snapshot does not exist."), (byId.ExitCode, byId.Messages));
    }

    [Fact]
    public async Task Purge_removes_what_is_not_protected_and_tells_the_rest()
    {
        foreach (string name in new[] { "s", "t", "u", "v" })
            await DoAsync($"rbd snap create a@{name}");
        await DoAsync("rbd snap protect a@t");
        await DoAsync("rbd snap protect a@v");

        CommandRun run = await DoAsync("rbd snap purge a");

        Assert.Equal(
            "rbd: error removing snapshot(s) '[t,v]', which are protected - these must be unprotected with `rbd snap unprotect`.\n",
            run.Output);
        Assert.Equal(
            "\rRemoving all snapshots: 25% complete...\rRemoving all snapshots: 50% complete..." +
            "\rRemoving all snapshots: 50% complete...failed.\n", run.Error);
        Assert.Equal(["t", "v"], Names((await DoAsync("rbd snap ls a --format json")).Output));
    }

    [Fact]
    public async Task Purge_of_all_shows_progress()
    {
        await DoAsync("rbd snap create a@s");
        await DoAsync("rbd snap create a@t");

        CommandRun run = await DoAsync("rbd snap purge a");
        CommandRun again = await DoAsync("rbd snap purge a");

        Assert.EndsWith("\rRemoving all snapshots: 100% complete...done.\n", run.Error);
        Assert.Equal(("", ""), (again.Output, again.Error));
        Assert.Equal("", (await DoAsync("rbd snap ls a")).Output);
    }

    [Fact]
    public async Task Rename_keeps_the_id()
    {
        await DoAsync("rbd snap create a@s");

        await DoAsync("rbd snap rename a@s rbd/a@new");

        Assert.StartsWith("[{\"id\":1,\"name\":\"new\",", (await DoAsync("rbd snap ls a --format json")).Output);
    }

    [Fact]
    public async Task Rename_to_a_name_that_is_taken_is_EEXIST()
    {
        await DoAsync("rbd snap create a@s");
        await DoAsync("rbd snap create a@t");

        CommandRun run = await RbdAsync("snap rename a@s a@t");

        Assert.Equal((17, "rbd: renaming snap failed: (17) File exists"), (run.ExitCode, run.Messages));
    }

    [Fact]
    public async Task Rollback_brings_content_and_size_back()
    {
        byte[] before = await ImportAsync("b", 3 << 20, seed: 1);
        await DoAsync("rbd snap create b@s");
        await DoAsync("rbd bench b --io-type write --io-size 64K --io-total 1M");
        await DoAsync("rbd resize b --size 8");

        CommandRun run = await DoAsync("rbd snap rollback b@s");

        Assert.EndsWith("\rRolling back to snapshot: 100% complete...done.\n", run.Error);
        Assert.Equal(before, await ExportAsync("b"));
    }

    [Fact]
    public async Task Revert_is_rollback()
    {
        await DoAsync("rbd snap create a@s");

        await DoAsync("rbd snap revert a@s --no-progress");
    }

    [Fact]
    public async Task Protect_twice_is_EBUSY_and_unprotect_twice_is_EINVAL()
    {
        await DoAsync("rbd snap create a@s");
        await DoAsync("rbd snap protect a@s");

        CommandRun again = await RbdAsync("snap protect a@s");
        await DoAsync("rbd snap unprotect a@s");
        CommandRun unprotectAgain = await RbdAsync("snap unprotect a@s");

        Assert.Equal((16, "rbd: snap is already protected"), (again.ExitCode, again.Messages));
        Assert.Equal((22, "rbd: snap is already unprotected"), (unprotectAgain.ExitCode, unprotectAgain.Messages));
    }

    [Fact]
    public async Task Limit_holds_until_it_is_cleared()
    {
        await DoAsync("rbd snap limit set a --limit 1");
        await DoAsync("rbd snap create a@s");

        CommandRun refused = await RbdAsync("snap create a@t --no-progress");
        string info = (await DoAsync("rbd info a")).Output;
        await DoAsync("rbd snap limit clear a");
        await DoAsync("rbd snap create a@t");

        Assert.Equal((122, "rbd: failed to create snapshot: (122) Disk quota exceeded"), (refused.ExitCode, refused.Messages));
        Assert.Contains("\tsnapshot_limit: 1\n", info);
        Assert.DoesNotContain("snapshot_limit", (await DoAsync("rbd info a")).Output);
    }

    [Fact]
    public async Task Limit_below_what_is_there_is_ERANGE()
    {
        await DoAsync("rbd snap create a@s");
        await DoAsync("rbd snap create a@t");

        CommandRun run = await RbdAsync("snap limit set a --limit 1");

        Assert.Equal((34, "rbd: setting snapshot limit failed: (34) Numerical result out of range"), (run.ExitCode, run.Messages));
    }

    [Fact]
    public async Task Info_counts_snapshots_and_shows_each_as_it_was()
    {
        await DoAsync("rbd snap create a@s");
        await DoAsync("rbd snap protect a@s");
        await DoAsync("rbd resize a --size 8");

        string head = (await DoAsync("rbd info a")).Output;
        string snapshot = (await DoAsync("rbd info a@s")).Output;
        string json = (await DoAsync("rbd info a --snap s --format json")).Output;

        Assert.Contains("\tsize 8 MiB in 2 objects\n", head);
        Assert.Contains("\tsnapshot_count: 1\n", head);
        Assert.DoesNotContain("protected", head);
        Assert.Contains("\tsize 4 MiB in 1 objects\n", snapshot);
        Assert.EndsWith("\tprotected: True\n", snapshot);
        Assert.Contains("\"name\":\"a\",", json);
        Assert.Contains("\"size\":4194304,\"objects\":1,\"order\":22,\"object_size\":4194304,\"snapshot_count\":1,", json);
        Assert.EndsWith(",\"protected\":\"true\"}\n", json);
    }

    [Fact]
    public async Task Export_and_copy_of_a_snapshot_show_what_was()
    {
        byte[] before = await ImportAsync("b", (3 << 20) + 513, seed: 2);
        await DoAsync("rbd snap create b@s");
        await DoAsync("rbd bench b --io-type write --io-size 4K --io-total 2M");
        await DoAsync("rbd resize b --size 1 --allow-shrink");

        await DoAsync("rbd cp b@s c --no-progress");

        Assert.Equal(before, await ExportAsync("b@s"));
        Assert.Equal(before, await ExportAsync("c"));
        Assert.Equal("", (await DoAsync("rbd snap ls c")).Output);
    }

    [Fact]
    public async Task Resize_with_snapshots_leaves_them_alone()
    {
        byte[] before = await ImportAsync("b", 2 << 20, seed: 3);
        await DoAsync("rbd snap create b@s");

        await DoAsync("rbd resize b --size 1 --allow-shrink");
        await DoAsync("rbd resize b --size 2");

        Assert.Equal(before, await ExportAsync("b@s"));
        byte[] after = await ExportAsync("b");
        Assert.Equal(before[..(1 << 20)], after[..(1 << 20)]);
        Assert.Equal(new byte[1 << 20], after[(1 << 20)..]);
    }

    [Fact]
    public async Task Rename_of_an_image_keeps_its_snapshots()
    {
        await DoAsync("rbd snap create a@s");

        await DoAsync("rbd mv a b");

        Assert.Contains("\"name\":\"s\"", (await DoAsync("rbd snap ls b --format json")).Output);
    }

    [Fact]
    public async Task Remove_of_an_image_with_snapshots_is_refused()
    {
        await DoAsync("rbd snap create a@s");

        CommandRun run = await RbdAsync("rm a --no-progress");

        Assert.Equal(
            (39, "rbd: image has snapshots - these must be deleted with 'rbd snap purge' before the image can be removed."),
            (run.ExitCode, run.Messages));
        await DoAsync("rbd snap purge a");
        await DoAsync("rbd rm a");
    }

    [Fact]
    public async Task Name_that_is_not_UTF8_is_created_listed_and_removed()
    {
        string spec = "a@" + NativeText.Decode([0x61, 0xFF, 0x62]);

        CommandRun created = await RunAsync(["rbd", "snap", "create", spec]);
        CommandRun listed = await RbdAsync("snap ls a");
        CommandRun removed = await RunAsync(["rbd", "snap", "rm", spec]);

        Assert.Equal((0, 0), (created.ExitCode, removed.ExitCode));
        Assert.Contains("  a\u00FFb  ", Encoding.Latin1.GetString(listed.OutputBytes));
    }

    [Fact]
    public async Task Create_and_rollback_reach_whoever_has_the_image_open()
    {
        using var keyboard = new BlockingInput();
        using var output = new MemoryStream();
        Task<CommandRun> watch = RunAsync(["rbd", "watch", "a"], keyboard, output);
        await keyboard.WaitUntilReadAsync();

        await DoAsync("rbd snap create a@s");
        await DoAsync("rbd bench a --io-type write --io-total 64K");
        await DoAsync("rbd snap rollback a@s");
        keyboard.Press();

        Assert.Equal(0, (await watch).ExitCode);
        Assert.Matches("\na received notification: notify_id=1, cookie=[1-9][0-9]*, notifier_id=0, bl.length=10, notify_op=HeaderUpdate\n", Encoding.UTF8.GetString(output.ToArray()));
        Assert.Equal(new byte[4 << 20], await ExportAsync("a"));
    }

    private static string[] Names(string json) => [.. NameInJson().Matches(json).Select(match => match.Value)];

    private static string Mask(string output) => Times().Replace(output, "TIME");

    [GeneratedRegex(@"(?<=""id"":"")[0-9a-f]+", RegexOptions.None, 1000)]
    private static partial Regex Id();

    [GeneratedRegex(@"(?<=""name"":"")[^""]+", RegexOptions.None, 1000)]
    private static partial Regex NameInJson();

    [GeneratedRegex(@"\w{3} \w{3} [ \d]\d \d\d:\d\d:\d\d \d{4}", RegexOptions.None, 1000)]
    private static partial Regex Times();
}
