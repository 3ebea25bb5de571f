using CurveRbd.Store;

namespace CurveRbd.Cli.Tests;

public class ImportExportTests : CommandTest
{
    private const int MiB = 1 << 20;

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(4095)]
    [InlineData(4 * MiB)]
    [InlineData((9 * MiB) + 3)]
    public async Task Import_then_export_of_a_file_gives_the_same_bytes(int length)
    {
        byte[] content = Pattern(length);
        await File.WriteAllBytesAsync(At("in"), content);

        CommandRun import = await DoAsync($"rbd import {At("in")} a");
        CommandRun export = await DoAsync($"rbd export a {At("out")}");

        Assert.Equal(content, await File.ReadAllBytesAsync(At("out")));
        Assert.EndsWith("\rImporting image: 100% complete...done.\n", import.Error);
        Assert.EndsWith("\rExporting image: 100% complete...done.\n", export.Error);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(3)]
    [InlineData((9 * MiB) + 3)]
    public async Task Import_from_stdin_and_export_to_stdout_give_the_same_bytes(int length)
    {
        byte[] content = Pattern(length);
        using var input = new MemoryStream(content);

        CommandRun import = await RunAsync(["rbd", "import", "-", "a"], input);
        CommandRun export = await RbdAsync("export a -");

        Assert.Equal(0, import.ExitCode);
        Assert.Equal(content, export.OutputBytes);
        Assert.Contains($"\"size\":{length},", (await RbdAsync("info a --format json")).Output);
    }

    [Fact]
    public async Task Import_of_zeros_occupies_nothing()
    {
        await using (FileStream file = File.Create(At("in")))
        {
            file.SetLength(64 * MiB);
            file.Position = 20 * MiB;
            file.WriteByte(1);
            file.Position = 40 * MiB;
            file.Write(new byte[MiB]); // zeros, but written ones
        }

        await DoAsync($"rbd import {At("in")} a");

        Assert.Equal(
            """[{"offset":20971520,"length":4096,"exists":"true"}]""" + "\n", (await RbdAsync("diff a --format json")).Output);
        Assert.Equal("Offset    Length  Type\n20971520  4096    data\n", (await RbdAsync("diff a")).Output);
        Assert.Equal("NAME  PROVISIONED  USED \na          64 MiB  4 MiB\n", (await RbdAsync("du a")).Output);
        Assert.Equal("NAME  PROVISIONED  USED \na          64 MiB  4 KiB\n", (await RbdAsync("du a --exact")).Output);
    }

    [Fact]
    public async Task Export_to_a_file_leaves_holes()
    {
        await DoAsync("rbd create a --size 1G");

        await DoAsync($"rbd export a {At("out")}");

        Assert.Equal(1L << 30, new FileInfo(At("out")).Length);
        Assert.Equal("0", (await BlocksOfAsync(At("out"))).Trim());
    }

    [Theory]
    [InlineData("import --pool rbd --order 22 {0} x --new-format --id cinder", "rbd: -p [ --pool ] is deprecated")]
    [InlineData("import --dest-pool rbd --order 22 {0} x", "rbd: --order is deprecated, use --object-size")]
    [InlineData("import --pool rbd {0} x --image-format=2 --id nova", "rbd: -p [ --pool ] is deprecated")]
    [InlineData("import --path {0} --dest x", "\rImporting image: 100% complete...done.")]
    [InlineData("import {0} --image x", "rbd: --image is deprecated, use --dest")]
    public async Task Import_in_the_spellings_of_OpenStack_makes_the_image(string line, string message)
    {
        await File.WriteAllBytesAsync(At("in"), Pattern(100));

        CommandRun run = await DoAsync("rbd " + string.Format(line, At("in")));

        Assert.Contains(message, run.Error);
        Assert.Equal("x\n", (await RbdAsync("ls")).Output);
    }

    [Fact]
    public async Task Import_without_name_takes_that_of_the_file()
    {
        await File.WriteAllBytesAsync(At("disk.raw"), Pattern(100));

        await DoAsync($"rbd import {At("disk.raw")}");

        Assert.Equal("disk.raw\n", (await RbdAsync("ls")).Output);
    }

    [Theory]
    [InlineData("export --pool rbd a {0} --id cinder")]
    [InlineData("export --pool rbd --image a --path {0} --id nova")]
    [InlineData("export --image a {0}")]
    public async Task Export_in_the_spellings_of_OpenStack_makes_the_file(string line)
    {
        await DoAsync("rbd create a --size 1");

        await DoAsync("rbd " + string.Format(line, At("out")));

        Assert.Equal(MiB, new FileInfo(At("out")).Length);
    }

    [Fact]
    public async Task Import_that_is_interrupted_leaves_no_image()
    {
        using var stop = new CancellationTokenSource();
        using var keyboard = new BlockingInput();
        Task<CommandRun> import = RunAsync(["rbd", "import", "-", "a"], keyboard, interrupted: stop.Token);
        await keyboard.WaitUntilReadAsync();

        await stop.CancelAsync();
        CommandRun run = await import;

        Assert.Equal(4, run.ExitCode);
        Assert.Equal("\rImporting image: 0% complete...failed.\nrbd: import was interrupted", run.Messages);
        Assert.Equal("", (await RbdAsync("ls")).Output);
    }

    [Fact]
    public async Task Import_of_a_stream_that_breaks_leaves_no_image()
    {
        using var broken = new BrokenStream();

        CommandRun run = await RunAsync(["rbd", "import", "--no-progress", "-", "a"], broken);

        Assert.Equal((5, "rbd: import failed: (5) Input/output error"), (run.ExitCode, run.Messages));
        Assert.Equal("", (await RbdAsync("ls")).Output);
    }

    [Fact]
    public async Task Import_onto_an_existing_image_leaves_that_alone()
    {
        await File.WriteAllBytesAsync(At("in"), Pattern(100));
        await DoAsync($"rbd import {At("in")} a");
        await File.WriteAllBytesAsync(At("in"), Pattern(200));

        CommandRun run = await RbdAsync($"import {At("in")} a");

        Assert.Equal(17, run.ExitCode);
        Assert.Equal(Pattern(100), (await RbdAsync("export a -")).OutputBytes);
    }

    [Theory]
    [InlineData(50)]
    [InlineData(150)]
    public async Task SourceFile_that_changed_its_length_is_refused(int lengthAfterwards)
    {
        await File.WriteAllBytesAsync(At("in"), Pattern(100));
        using SourceFile file = SourceFile.TryOpen(At("in"))!;
        await File.WriteAllBytesAsync(At("in"), Pattern(lengthAfterwards));

        var error = Assert.Throws<StorageException>(file.ThrowIfChanged);

        Assert.Equal(Errno.EIO, error.Errno);
        Assert.Contains($"had 100 bytes and now has {lengthAfterwards}", error.Message);
    }

    [Fact]
    public async Task SourceFile_that_shrank_is_not_read_as_zeros()
    {
        await File.WriteAllBytesAsync(At("in"), Pattern(100));
        using SourceFile file = SourceFile.TryOpen(At("in"))!;
        await File.WriteAllBytesAsync(At("in"), Pattern(50));

        await Assert.ThrowsAsync<StorageException>(() => file.ReadAsync(0, new byte[100]));
    }

    [Fact]
    public async Task Export_that_fails_leaves_no_file()
    {
        await DoAsync("rbd create a --size 1");
        using var stopped = new CancellationTokenSource();
        await stopped.CancelAsync();

        CommandRun run = await RunAsync(["rbd", "export", "a", At("out")], interrupted: stopped.Token);

        Assert.NotEqual(0, run.ExitCode);
        Assert.False(File.Exists(At("out")));
    }

    [Fact]
    public async Task Export_to_a_reader_that_went_away_is_a_clean_error()
    {
        await DoAsync("rbd create a --size 64");
        using var broken = new BrokenStream();

        CommandRun run = await RunAsync(["rbd", "export", "--no-progress", "a", "-"], output: broken);

        Assert.Equal((32, "rbd: error writing to stdout: (32) Broken pipe"), (run.ExitCode, run.Messages));
    }

    [Fact]
    public async Task Copy_gives_an_image_with_the_same_bytes_and_settings()
    {
        await CreatePoolAsync("other");
        await File.WriteAllBytesAsync(At("in"), Pattern((5 * MiB) + 1));
        await DoAsync($"rbd import --object-size 1M {At("in")} a");
        await DoAsync("rbd image-meta set a k v");

        CommandRun copy = await DoAsync("rbd cp a other/b");

        Assert.EndsWith("\rImage copy: 100% complete...done.\n", copy.Error);
        Assert.Equal(Pattern((5 * MiB) + 1), (await RbdAsync("export other/b -")).OutputBytes);
        Assert.Contains("order 20 (1 MiB objects)", (await RbdAsync("info other/b")).Output);
        Assert.Equal("v\n", (await RbdAsync("image-meta get other/b k")).Output);
    }

    [Fact]
    public async Task Disk_usage_of_a_pool_ends_with_a_total()
    {
        await DoAsync("rbd create a --size 1G");
        await DoAsync("rbd create long-name --size 1G --image-feature layering");

        CommandRun run = await DoAsync("rbd du");

        Assert.Equal(
            "NAME       PROVISIONED  USED\n" +
            "a                1 GiB   0 B\n" +
            "long-name        1 GiB   0 B\n" +
            "<TOTAL>          2 GiB   0 B\n",
            run.Output);
        Assert.Equal("warning: fast-diff map is not enabled for long-name. operation may be slow.\n", run.Error);
        Assert.EndsWith(
            "],\"total_provisioned_size\":2147483648,\"total_used_size\":0}\n", (await RbdAsync("du --format json")).Output);
    }

    [Fact]
    public async Task Create_of_a_thick_image_shows_its_progress()
    {
        CommandRun run = await DoAsync("rbd create a --size 6 --thick-provision");

        Assert.EndsWith("\rThick provisioning: 100% complete...done.\n", run.Error);
    }

    private static byte[] Pattern(int length)
    {
        var bytes = new byte[length];
        new Random(length).NextBytes(bytes);
        return bytes;
    }

    private static async Task<string> BlocksOfAsync(string path)
    {
        using var stat = System.Diagnostics.Process.Start(
            new System.Diagnostics.ProcessStartInfo("stat", ["-c", "%b", path]) { RedirectStandardOutput = true, UseShellExecute = false })!;
        string blocks = await stat.StandardOutput.ReadToEndAsync();
        await stat.WaitForExitAsync();
        return blocks;
    }
}
