using System.Text;

namespace CurveRbd.Cli.Tests;

public sealed class DiffCommandsTests : CommandTest
{
    private const int MiB = 1 << 20;

    public override async ValueTask InitializeAsync()
    {
        await base.InitializeAsync();
        await WriteAsync("a", Pattern(3 * MiB, 1));
        await DoAsync("rbd snap create a@s1");
        await DoAsync($"rbd import-diff {await DiffFileAsync(d => d.Data(70_000, 7).Zero(MiB, 65536))} a");
        await DoAsync("rbd snap create a@s2");
    }

    [Fact]
    public async Task Diff_between_snapshots_lists_data_and_zeros()
    {
        Assert.Equal(
            "Offset   Length  Type\n65536    65536   data\n1048576  65536   zero\n", (await DoAsync("rbd diff --from-snap s1 a@s2")).Output);
        Assert.Equal(
            """[{"offset":65536,"length":65536,"exists":"true"},{"offset":1048576,"length":65536,"exists":"false"}]""" + "\n",
            (await DoAsync("rbd diff --from-snap s1 a --format json")).Output);
        Assert.Equal("Offset  Length   Type\n0       3145728  data\n", (await DoAsync("rbd diff --from-snap s1 a --whole-object")).Output);
        Assert.Equal("", (await DoAsync("rbd diff --from-snap s2 a@s2")).Output);
    }

    [Theory]
    [InlineData("diff --from-snap x a", 2, "rbd: diff error: (2) No such file or directory")]
    [InlineData("diff --from-snap s2 a@s1", 22, "rbd: diff error: (22) Invalid argument")]
    [InlineData("diff a@x", 2, "rbd: error setting snapshot context: (2) No such file or directory")]
    [InlineData("export-diff --no-progress --from-snap x a -", 2, "rbd: export-diff error: (2) No such file or directory")]
    [InlineData("export-diff a", 22, "rbd: path was not specified")]
    [InlineData("export-diff", 22, "rbd: image name was not specified")]
    [InlineData("import-diff", 22, "rbd: path was not specified")]
    [InlineData("import-diff - a@s1", 22, "rbd: snapshot name specified for a command that doesn't use it")]
    [InlineData("import-diff /nonexistent a", 2, "rbd: import-diff failed: (2) No such file or directory")]
    [InlineData("merge-diff", 22, "rbd: first diff was not specified")]
    [InlineData("merge-diff x", 22, "rbd: second diff was not specified")]
    [InlineData("merge-diff x y", 22, "rbd: path was not specified")]
    [InlineData("sparsify", 22, "rbd: image name was not specified")]
    [InlineData("sparsify --no-progress --sparse-size 32M a", 22, "rbd: sparsify error: (22) Invalid argument")]
    [InlineData("deep cp --no-progress a a", 17, "rbd: deep copy failed: (17) File exists")]
    [InlineData("du x", 2, "specified image x is not found.\nrbd: du failed: (2) No such file or directory")]
    [InlineData("du a@x", 2, "specified snapshot is not found.\nrbd: du failed: (2) No such file or directory")]
    [InlineData("du --from-snap x a", 2, "specified snapshot is not found.\nrbd: du failed: (2) No such file or directory")]
    [InlineData("du --from-snap s2 a@s1", 22, "rbd: du failed: (22) Invalid argument")]
    [InlineData("du --from-snap s1", 22, "rbd: image name was not specified")]
    public async Task Wrong_line_ends_with_Cephs_message_and_exit_code(string line, int exitCode, string messages)
    {
        CommandRun run = await RbdAsync(line);

        Assert.Equal((exitCode, messages), (run.ExitCode, run.Messages));
    }

    [Fact]
    public async Task Export_diff_and_import_diff_carry_snapshots_over()
    {
        await DoAsync("rbd create b --size 1");
        CommandRun export = await DoAsync($"rbd export-diff a@s1 {At("1")}");
        CommandRun second = await DoAsync("rbd export-diff --no-progress --from-snap s1 a@s2 -");

        CommandRun import = await DoAsync($"rbd import-diff {At("1")} b");
        CommandRun fromStdin = await RunAsync(["rbd", "import-diff", "-", "b"], new MemoryStream(second.OutputBytes));

        Assert.EndsWith("\rExporting image: 100% complete...done.\n", export.Error);
        Assert.EndsWith("\rImporting image diff: 100% complete...done.\n", import.Error);
        Assert.EndsWith("\rImporting image diff: 100% complete...done.\n", fromStdin.Error);
        Assert.Equal((await DoAsync("rbd export --no-progress a@s1 -")).OutputBytes, (await DoAsync("rbd export --no-progress b@s1 -")).OutputBytes);
        Assert.Equal((await DoAsync("rbd export --no-progress a -")).OutputBytes, (await DoAsync("rbd export --no-progress b@s2 -")).OutputBytes);
    }

    [Fact]
    public async Task Export_diff_leaves_a_file_that_is_there_alone_and_no_file_of_its_own_after_a_failure()
    {
        await File.WriteAllTextAsync(At("there"), "mine");

        CommandRun taken = await RbdAsync($"export-diff a {At("there")}");
        CommandRun failed = await RbdAsync($"export-diff --no-progress --from-snap x a {At("new")}");

        Assert.Equal((17, "rbd: export-diff error: (17) File exists"), (taken.ExitCode, taken.Messages));
        Assert.Equal("mine", await File.ReadAllTextAsync(At("there")));
        Assert.Equal(2, failed.ExitCode);
        Assert.False(File.Exists(At("new")));
    }

    public static TheoryData<string, string, int, string> BadDiffs => new()
    {
        { "garbage", "", 74, "rbd: failed to decode diff banner\n|rbd: import-diff failed: (74) Bad message" },
        { "something else entirely", "", 22, "rbd: invalid or unexpected diff banner\n|rbd: import-diff failed: (22) Invalid argument" },
        { "rbd diff v1\n", "", 74, "rbd: failed to decode tag\n|rbd: import-diff failed: (74) Bad message" },
        { "rbd diff v1\n", "f\u0001\0\0\0xe", 22, "start snapshot 'x' does not exist in the image, aborting\n|rbd: import-diff failed: (22) Invalid argument" },
        { "rbd diff v1\n", "t\u0002\0\0\0s1e", 17, "end snapshot 's1' already exists, aborting\n|rbd: import-diff failed: (17) File exists" },
    };

    [Theory]
    [MemberData(nameof(BadDiffs))]
    public async Task Import_diff_of_a_bad_stream_says_why_and_changes_nothing(string banner, string rest, int exitCode, string messages)
    {
        await File.WriteAllBytesAsync(At("bad"), Encoding.Latin1.GetBytes(banner + rest));
        byte[] before = (await DoAsync("rbd export --no-progress a -")).OutputBytes;

        CommandRun run = await RbdAsync($"import-diff {At("bad")} a");

        Assert.Equal(exitCode, run.ExitCode);
        Assert.Equal(messages.Replace("|", "\rImporting image diff: 0% complete...failed.\n", StringComparison.Ordinal), run.Messages);
        Assert.Equal(before, (await DoAsync("rbd export --no-progress a -")).OutputBytes);
    }

    [Fact]
    public async Task Merge_diff_makes_one_file_of_two()
    {
        await DoAsync($"rbd export-diff --no-progress a@s1 {At("1")}");
        await DoAsync($"rbd export-diff --no-progress --from-snap s1 a@s2 {At("2")}");
        await DoAsync("rbd create b --size 1");

        CommandRun merge = await DoAsync($"rbd merge-diff {At("1")} {At("2")} {At("12")}");
        await DoAsync($"rbd import-diff {At("12")} b");

        Assert.EndsWith("\rMerging image diff: 100% complete...done.\n", merge.Error);
        Assert.Equal((await DoAsync("rbd export --no-progress a -")).OutputBytes, (await DoAsync("rbd export --no-progress b@s2 -")).OutputBytes);
    }

    // What Ceph 16's command printed for the same files.
    [Theory]
    [InlineData("1", "1", 22, "The first TO snapshot must be equal with the second FROM snapshot, aborting")]
    [InlineData("bad", "2", 33, "rbd: failed to parse first diff header")]
    [InlineData("1", "bad", 33, "rbd: failed to parse second diff header")]
    [InlineData("1", "none", 2, "rbd: error opening {0}none")]
    public async Task Merge_diff_of_what_does_not_fit_says_so_and_leaves_no_file(string first, string second, int exitCode, string message)
    {
        await DoAsync($"rbd export-diff --no-progress a@s1 {At("1")}");
        await DoAsync($"rbd export-diff --no-progress --from-snap s1 a@s2 {At("2")}");
        await File.WriteAllTextAsync(At("bad"), "garbage");

        CommandRun run = await RbdAsync($"merge-diff {At(first)} {At(second)} {At("out")}");

        string expected = string.Format(message, Folder + "/");
        Assert.Equal((exitCode, $"{expected}\n\rMerging image diff: 0% complete...failed.\nrbd: merge-diff error"), (run.ExitCode, run.Messages));
        Assert.False(File.Exists(At("out")));
    }

    [Fact]
    public async Task Merge_diff_leaves_a_file_that_is_there_alone()
    {
        await DoAsync($"rbd export-diff --no-progress a@s1 {At("1")}");
        await DoAsync($"rbd export-diff --no-progress --from-snap s1 a@s2 {At("2")}");

        CommandRun run = await RbdAsync($"merge-diff --no-progress {At("1")} {At("2")} {At("1")}");

        Assert.Equal((17, $"rbd: error create {At("1")}\nrbd: merge-diff error"), (run.ExitCode, run.Messages));
    }

    [Theory]
    [InlineData("file")]
    [InlineData("-")]
    public async Task Format_2_carries_snapshots_metadata_and_protection_over(string path)
    {
        await DoAsync("rbd image-meta set a k v");
        await DoAsync("rbd snap protect a@s1");
        string file = path == "-" ? "-" : At(path);

        CommandRun export = await DoAsync($"rbd export --export-format 2 a {file}");
        CommandRun import = await RunAsync(["rbd", "import", "--export-format", "2", file, "b"], new MemoryStream(export.OutputBytes));

        Assert.Equal(0, import.ExitCode);
        Assert.EndsWith("\rExporting image: 100% complete...done.\n", export.Error);
        Assert.EndsWith("\rImporting image: 100% complete...done.\n", import.Error);
        Assert.Equal("v\n", (await DoAsync("rbd image-meta get b k")).Output);
        foreach (string snapshot in (string[])["", "@s1", "@s2"])
        {
            Assert.Equal(
                (await DoAsync($"rbd export --no-progress a{snapshot} -")).OutputBytes, (await DoAsync($"rbd export --no-progress b{snapshot} -")).OutputBytes);
        }

        Assert.Contains("protected: True\n", (await DoAsync("rbd info b@s1")).Output);
        Assert.Contains("protected: False\n", (await DoAsync("rbd info b@s2")).Output);
    }

    [Fact]
    public async Task Import_of_a_broken_format_2_says_why_and_leaves_no_image()
    {
        byte[] bytes = (await DoAsync("rbd export --no-progress --export-format 2 a -")).OutputBytes;

        CommandRun run = await RunAsync(["rbd", "import", "--export-format", "2", "-", "b"], new MemoryStream(bytes[..^1]));

        Assert.Equal(33, run.ExitCode);
        Assert.Equal(
            "rbd: failed to decode tag\n\rImporting image: 0% complete...failed.\nrbd: import failed: (33) Numerical argument out of domain",
            run.Messages);
        Assert.Equal("a\n", (await RbdAsync("ls")).Output);
    }

    [Fact]
    public async Task Deep_copy_has_the_snapshots()
    {
        CommandRun copy = await DoAsync("rbd deep cp a b");

        Assert.EndsWith("\rImage deep copy: 100% complete...done.\n", copy.Error);
        Assert.Equal(
            (await DoAsync("rbd export --no-progress a@s1 -")).OutputBytes, (await DoAsync("rbd export --no-progress b@s1 -")).OutputBytes);
    }

    [Theory]
    [InlineData("", true)]
    [InlineData(" --flatten", false)]
    public async Task Deep_copy_of_a_clone_keeps_the_parent_unless_flattened(string flatten, bool hasParent)
    {
        await DoAsync("rbd snap protect a@s1");
        await DoAsync("rbd clone a@s1 c");

        await DoAsync($"rbd deep cp c d{flatten}");

        Assert.Equal(hasParent, (await DoAsync("rbd info d")).Output.Contains("parent: rbd/a@s1\n", StringComparison.Ordinal));
        Assert.Equal((await DoAsync("rbd export --no-progress c -")).OutputBytes, (await DoAsync("rbd export --no-progress d -")).OutputBytes);
    }

    [Fact]
    public async Task Sparsify_shows_its_progress_and_gives_zeros_back()
    {
        await DoAsync("rbd create z --size 3");
        await DoAsync($"rbd import-diff {await DiffFileAsync(d => d.Data(0, [.. new byte[126 * 1024], 1]))} z --sparse-size 1M");
        Assert.Equal("NAME  PROVISIONED  USED   \nz           3 MiB  128 KiB\n", (await DoAsync("rbd du --exact z")).Output);

        CommandRun run = await DoAsync("rbd sparsify z");

        Assert.EndsWith("\rImage sparsify: 100% complete...done.\n", run.Error);
        Assert.Equal("NAME  PROVISIONED  USED \nz           3 MiB  4 KiB\n", (await DoAsync("rbd du --exact z")).Output);
    }

    [Fact]
    public async Task Disk_usage_has_a_row_for_each_snapshot()
    {
        await DoAsync("rbd resize a --size 4");

        Assert.Equal(
            "NAME     PROVISIONED  USED   \n" +
            "a@s1           3 MiB    3 MiB\n" +
            "a@s2           3 MiB   64 KiB\n" +
            "a              4 MiB      0 B\n" +
            "<TOTAL>        4 MiB  3.1 MiB\n",
            (await DoAsync("rbd du --exact a")).Output);
        Assert.Equal(
            "NAME     PROVISIONED  USED   \na              4 MiB  3.1 MiB\n<TOTAL>        4 MiB  3.1 MiB\n",
            (await DoAsync("rbd du --exact --merge-snapshots a")).Output);
        Assert.Equal("NAME  PROVISIONED  USED  \na@s2        3 MiB  64 KiB\n", (await DoAsync("rbd du --exact --from-snap s1 a@s2")).Output);
        Assert.Equal("", (await DoAsync("rbd du --from-snap s2 a@s2")).Output);
    }

    [Fact]
    public async Task Disk_usage_as_json_names_the_snapshots()
    {
        string json = (await DoAsync("rbd du --exact a@s1 --format json")).Output;

        Assert.Matches(
            """^\{"images":\[\{"name":"a","id":"[0-9a-f]+","snapshot":"s1","snapshot_id":1,"provisioned_size":3145728,"used_size":3145728\}\]\}\n$""",
            json);
    }

    private async Task WriteAsync(string image, byte[] content)
    {
        CommandRun run = await RunAsync(["rbd", "import", "--no-progress", "-", image], new MemoryStream(content));
        Assert.Equal(0, run.ExitCode);
    }

    private async Task<string> DiffFileAsync(Action<DiffFile> fill)
    {
        var diff = new DiffFile(3 * MiB);
        fill(diff);
        string path = At(Guid.NewGuid().ToString("N"));
        await File.WriteAllBytesAsync(path, diff.End());
        return path;
    }

    private static byte[] Pattern(int length, int seed)
    {
        var bytes = new byte[length];
        new Random(seed).NextBytes(bytes);
        return bytes;
    }

    /// <summary>A diff of version 1, spelled out.</summary>
    private sealed class DiffFile
    {
        private readonly List<byte> _bytes = [.. "rbd diff v1\ns"u8];

        public DiffFile(ulong size) => _bytes.AddRange(BitConverter.GetBytes(size));

        public DiffFile Data(ulong offset, params byte[] data) => Range('w', offset, (ulong)data.Length, data);

        public DiffFile Zero(ulong offset, ulong length) => Range('z', offset, length, []);

        public byte[] End() => [.. _bytes, (byte)'e'];

        private DiffFile Range(char tag, ulong offset, ulong length, byte[] data)
        {
            _bytes.Add((byte)tag);
            _bytes.AddRange(BitConverter.GetBytes(offset));
            _bytes.AddRange(BitConverter.GetBytes(length));
            _bytes.AddRange(data);
            return this;
        }
    }
}
