using System.Text;
using CurveRbd.Cli.Rbd;

namespace CurveRbd.Cli.Tests;

public sealed class CommandCoverageTests : CommandTest
{
    // What "rbd help" of Ceph 16.2.15 lists.
    private static readonly string[] s_ofCeph =
    [
        "bench", "children", "clone", "config global get", "config global list", "config global remove", "config global set",
        "config image get", "config image list", "config image remove", "config image set", "config pool get", "config pool list",
        "config pool remove", "config pool set", "copy", "create", "deep copy", "device attach", "device detach", "device list",
        "device map", "device unmap", "diff", "disk-usage", "encryption format", "export", "export-diff", "feature disable",
        "feature enable", "flatten", "group create", "group image add", "group image list", "group image remove", "group list",
        "group remove", "group rename", "group snap create", "group snap list", "group snap remove", "group snap rename",
        "group snap rollback", "image-meta get", "image-meta list", "image-meta remove", "image-meta set", "import", "import-diff",
        "info", "journal client disconnect", "journal export", "journal import", "journal info", "journal inspect", "journal reset",
        "journal status", "list", "lock add", "lock list", "lock remove", "merge-diff", "migration abort", "migration commit",
        "migration execute", "migration prepare", "mirror image demote", "mirror image disable", "mirror image enable",
        "mirror image promote", "mirror image resync", "mirror image snapshot", "mirror image status", "mirror pool demote",
        "mirror pool disable", "mirror pool enable", "mirror pool info", "mirror pool peer add", "mirror pool peer bootstrap create",
        "mirror pool peer bootstrap import", "mirror pool peer remove", "mirror pool peer set", "mirror pool promote",
        "mirror pool status", "mirror snapshot schedule add", "mirror snapshot schedule list", "mirror snapshot schedule remove",
        "mirror snapshot schedule status", "namespace create", "namespace list", "namespace remove", "object-map check",
        "object-map rebuild", "perf image iostat", "perf image iotop", "persistent-cache flush", "persistent-cache invalidate",
        "pool init", "pool stats", "remove", "rename", "resize", "snap create", "snap limit clear", "snap limit set", "snap list",
        "snap protect", "snap purge", "snap remove", "snap rename", "snap rollback", "snap unprotect", "sparsify", "status",
        "trash list", "trash move", "trash purge", "trash purge schedule add", "trash purge schedule list",
        "trash purge schedule remove", "trash purge schedule status", "trash remove", "trash restore", "watch",
    ];

    // Of a newer Ceph.
    private static readonly string[] s_newer = ["group info", "group snap info"];

    public static TheoryData<string> Refused => [.. RbdProgram.Table.Commands.OfType<RefusedCommand>().Select(command => command.Name)];

    [Fact]
    public void Every_command_of_Ceph_works_or_is_refused_with_a_reason()
    {
        string[] ours = [.. RbdProgram.Table.Commands.Select(command => command.Name)];

        string[] missing = [.. s_ofCeph.Except(ours)];

        Assert.Empty(missing);
        Assert.Empty(ours.Except([.. s_ofCeph, .. s_newer]));
        Assert.Equal(ours.Length, ours.Distinct().Count());
    }

    [Theory]
    [MemberData(nameof(Refused))]
    public async Task Refused_command_says_why(string name)
    {
        CommandRun run = await RbdAsync(name);

        Assert.Equal(95, run.ExitCode);
        Assert.StartsWith($"rbd: {name} failed: (95) Operation not supported\n", run.Messages, StringComparison.Ordinal);
        Assert.EndsWith(".", run.Messages, StringComparison.Ordinal);
        Assert.Equal("", run.Output);
    }

    [Fact]
    public async Task Mirroring_reads_answer_as_for_a_pool_that_is_not_mirrored()
    {
        await DoAsync("rbd create a --size 1");

        Assert.Equal("Mode: disabled\n", (await DoAsync("rbd mirror pool info")).Output);
        Assert.Equal("{\"mode\":\"disabled\"}\n", (await DoAsync("rbd mirror pool info rbd --format json")).Output);
        Assert.Equal("rbd: mirroring not enabled on the pool", (await RbdAsync("mirror pool status")).Messages);
        Assert.Equal("rbd: mirroring not enabled on the image", (await RbdAsync("mirror image status a")).Messages);
        Assert.Equal(2, (await RbdAsync("mirror image status nx")).ExitCode);
    }

    /// <summary>The table in the documents is made from the commands. To make it anew, run this test with CURVERBD_WRITE_DOCS=1.</summary>
    [Fact]
    public async Task Documented_table_is_that_of_the_commands()
    {
        string path = Path.Combine(FindRoot(), "docs", "rbd-commands.md");
        string table = NewTable();
        if (Environment.GetEnvironmentVariable("CURVERBD_WRITE_DOCS") is not null)
            await File.WriteAllTextAsync(path, table);

        Assert.Equal(await File.ReadAllTextAsync(path), table);
    }

    private static string NewTable()
    {
        var text = new StringBuilder("# The sub-commands of `rbd`\n\n");
        text.Append("Made from the commands by a test (tests/Cli.Tests/Rbd/CommandCoverageTests.cs); do not edit. [commands.md](commands.md) says how they differ from Ceph's.\n");
        text.Append("A refused command ends with exit status 95 and the reason.\n\n| command | | |\n|---|---|---|\n");
        foreach (Command command in RbdProgram.Table.Commands.OrderBy(command => command.Name, StringComparer.Ordinal))
        {
            string alias = command.Alias is null ? "" : $", `{command.Alias}`";
            string row = command is RefusedCommand refused ? $"refused | {refused.Reason}" : $"works | {command.Summary}";
            text.Append($"| `{command.Name}`{alias} | {row} |\n");
        }

        return text.ToString();
    }

    private static string FindRoot()
    {
        string folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "CurveRbd.slnx")))
            folder = Path.GetDirectoryName(folder) ?? throw new InvalidOperationException("run the tests inside the repository");
        return folder;
    }
}
