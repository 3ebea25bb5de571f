using System.Text.RegularExpressions;

namespace CurveRbd.Cli.Tests;

public partial class MigrationCommandsTests : CommandTest
{
    private byte[] _content = [];

    public override async ValueTask InitializeAsync()
    {
        await base.InitializeAsync();
        await DoAsync("ceph osd pool create other");
        _content = await ImportAsync("a", 1 << 20, seed: 5);
        await DoAsync("rbd snap create a@s");
    }

    [Fact]
    public async Task Image_migrates_in_three_steps_that_status_tells_of()
    {
        CommandRun prepared = await DoAsync("rbd migration prepare a other/b");
        string text = Mask((await DoAsync("rbd status other/b")).Output);
        string json = Mask((await DoAsync("rbd status other/b --format json")).Output);
        string info = (await DoAsync("rbd info other/b")).Output;
        CommandRun executed = await DoAsync("rbd migration execute other/b");
        string state = Mask((await DoAsync("rbd status other/b")).Output);
        CommandRun committed = await DoAsync("rbd migration commit other/b");

        Assert.Equal(("", ""), (prepared.Output, prepared.Error));
        Assert.Equal("Watchers: none\nMigration:\n\tsource: rbd/a (ID)\n\tdestination: other/b (ID)\n\tstate: prepared\n", text);
        Assert.Equal(
            """{"watchers":[],"migration":{"source_pool_name":"rbd","source_pool_namespace":"","source_image_name":"a","source_image_id":"ID","dest_pool_name":"other","dest_pool_namespace":"","dest_image_name":"b","dest_image_id":"ID","state":"prepared","state_description":""}}""" + "\n",
            json);
        Assert.Contains(", migrating\n", info);
        Assert.EndsWith("\rImage migration: 100% complete...done.\n", executed.Error);
        Assert.EndsWith("\tstate: executed\n", state);
        Assert.EndsWith("\rCommit image migration: 100% complete...done.\n", committed.Error);
        Assert.Equal("Watchers: none\n", (await DoAsync("rbd status other/b")).Output);
        Assert.Equal(_content, await ExportAsync("other/b"));
        Assert.Equal(_content, await ExportAsync("other/b@s"));
        Assert.Equal("", (await DoAsync("rbd trash ls --all")).Output);
    }

    [Fact]
    public async Task Source_is_hidden_in_the_trash_until_the_migration_is_aborted()
    {
        await DoAsync("rbd migration prepare a other/b");

        string hidden = (await DoAsync("rbd trash ls")).Output;
        string all = Mask((await DoAsync("rbd trash ls --all")).Output);
        CommandRun removal = await RbdAsync("rm other/b --no-progress");
        CommandRun aborted = await DoAsync("rbd migration abort a");

        Assert.Equal("", hidden);
        Assert.Equal("ID a\n", all);
        Assert.Equal(16, removal.ExitCode);
        Assert.EndsWith("\rAbort image migration: 100% complete...done.\n", aborted.Error);
        Assert.Equal("", (await DoAsync("rbd ls other")).Output);
        Assert.Equal(_content, await ExportAsync("a"));
    }

    [Fact]
    public async Task Without_a_destination_the_image_keeps_its_name_and_gets_the_layout()
    {
        await DoAsync("rbd migration prepare a --object-size 1M");

        Assert.Contains("order 20 (1 MiB objects)", (await DoAsync("rbd info a")).Output);
        Assert.Equal(_content, await ExportAsync("a"));
    }

    [Theory]
    [InlineData("migration prepare nx other/b", 2, "preparing migration failed: (2) No such file or directory")]
    [InlineData("migration execute a --no-progress", 22, "migration failed: (22) Invalid argument")]
    [InlineData("migration commit a --no-progress", 22, "getting migration status failed: (22) Invalid argument")]
    [InlineData("migration abort a --no-progress", 22, "aborting migration failed: (22) Invalid argument")]
    [InlineData("migration prepare a --source-spec {}", 22, "--import-only must be used in combination with source-spec/source-spec-path")]
    [InlineData("migration prepare --import-only a other/b", 22, "snapshot name was not specified")]
    [InlineData("migration prepare --import-only --source-spec {} other/b", 22, "preparing import migration failed: (22) Invalid argument")]
    [InlineData("migration prepare --import-only --source-spec-path /nx other/b", 2, "error opening /nx")]
    public async Task Refused_as_by_Ceph(string line, int exitCode, string message)
    {
        CommandRun run = await RbdAsync(line);

        Assert.Equal((exitCode, $"rbd: {message}"), (run.ExitCode, run.Messages));
    }

    [Fact]
    public async Task Commit_asks_for_force_when_there_are_clones()
    {
        await DoAsync("rbd snap protect a@s");
        await DoAsync("rbd clone a@s clone");
        await DoAsync("rbd migration prepare a other/b");
        await DoAsync("rbd migration execute other/b --no-progress");

        CommandRun refused = await RbdAsync("migration commit other/b --no-progress");
        CommandRun forced = await DoAsync("rbd migration commit other/b --no-progress --force");

        Assert.Equal(16, refused.ExitCode);
        Assert.Equal(
            """
            rbd: the image has a descendant: 
              rbd/clone
            Warning: in-use, read-only descendant images will not detect the parent update.
            Ensure no descendant images are opened read-only and run again with force flag.
            """.ReplaceLineEndings("\n"),
            refused.Messages);
        Assert.EndsWith("Proceeding anyway due to force flag set.\n", forced.Error);
        Assert.Contains("parent: other/b@s\n", (await DoAsync("rbd info clone")).Output);
    }

    [Fact]
    public async Task Import_of_a_snapshot_leaves_the_source()
    {
        await DoAsync("rbd migration prepare --import-only a@s other/b");

        Assert.Contains("\tsource: {\"image_name\":\"a\",", (await DoAsync("rbd status other/b")).Output);
        await DoAsync("rbd migration execute other/b --no-progress");
        await DoAsync("rbd migration commit other/b --no-progress");
        Assert.Equal(_content, await ExportAsync("other/b"));
        Assert.Equal(_content, await ExportAsync("a"));
    }

    [Fact]
    public async Task Import_of_a_file_by_a_spec_in_a_file()
    {
        string directory = Directory.CreateTempSubdirectory("rbd-migration-").FullName;
        string raw = Path.Combine(directory, "raw");
        string spec = Path.Combine(directory, "spec");
        await File.WriteAllBytesAsync(raw, _content, TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync(
            spec, """{"type":"raw","stream":{"type":"file","file_path":"RAW"}}""".Replace("RAW", raw, StringComparison.Ordinal), TestContext.Current.CancellationToken);

        await DoAsync($"rbd migration prepare --import-only --source-spec-path {spec} other/b");

        Assert.Equal(_content, await ExportAsync("other/b"));
        Assert.Contains(
            """    source: {"stream":{"file_path":"RAW","type":"file"},"type":"raw"}""".Replace("    ", "\t", StringComparison.Ordinal).Replace("RAW", raw, StringComparison.Ordinal),
            (await DoAsync("rbd status other/b")).Output);
        Directory.Delete(directory, recursive: true);
    }

    private static string Mask(string text) => IdText().Replace(text, "ID");

    [GeneratedRegex("[0-9a-f]{12}", RegexOptions.None, 1000)]
    private static partial Regex IdText();
}
