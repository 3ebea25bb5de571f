using System.Diagnostics;
using CurveRbd.Store;

namespace CurveRbd.Rbd.Tests;

/// <summary>Destinations of migrations whose source is a file, or a snapshot that stays where it is.</summary>
public sealed class ImportTests : IAsyncLifetime
{
    private const int Size = 300_000;

    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("rbd-import-");
    private readonly Random _random = new(3);
    private TestPool _pool = null!;
    private byte[] _old = [];
    private byte[] _new = [];

    public async ValueTask InitializeAsync()
    {
        _pool = await TestPool.CreateAsync(TestPool.CurveLimits);
        _old = NewContent();
        _new = (byte[])_old.Clone();
        _random.NextBytes(_new.AsSpan(100_000, 50_000));
        await File.WriteAllBytesAsync(PathOf("old.raw"), _old);
        await File.WriteAllBytesAsync(PathOf("new.raw"), _new);
    }

    public async ValueTask DisposeAsync()
    {
        await _pool.DisposeAsync();
        _directory.Delete(recursive: true);
    }

    private string RawSpec =>
        $$"""{"type":"raw","stream":{{Stream("new.raw")}},"snapshots":[{"type":"raw","name":"snap","stream":{{Stream("old.raw")}}}]}""";

    [Fact]
    public async Task Raw_file_with_a_snapshot_is_read_through_written_over_executed_and_committed()
    {
        await ImportAsync(RawSpec);
        Assert.Equal(_new, await ReadAsync());
        Assert.Equal(_old, await ReadAsync("snap"));
        await using (Image image = await _pool.OpenAsync("image"))
        {
            await WriteAsync(image, 70_000, 40_000);
            Assert.Equal(_new, await MigrationFixture.ReadAsync(image));
            await ExecuteAsync();
            await WriteAsync(image, 200_000, 100_000);
        }

        await ExpectConsistentAsync();
        File.Delete(PathOf("new.raw"));
        File.Delete(PathOf("old.raw"));
        await CommitAsync();

        Assert.Equal(_new, await ReadAsync());
        Assert.Equal(_old, await ReadAsync("snap"));
        await ExpectConsistentAsync();
        await ExpectNothingLeftAsync();
    }

    [Fact]
    public async Task Aborted_import_leaves_the_file_and_nothing_else()
    {
        await ImportAsync(RawSpec);
        await using (Image image = await _pool.OpenAsync("image"))
            await image.WriteAsync(0, "lost"u8.ToArray());

        await ImageMigration.AbortAsync(_pool.Io, "image", null, CancellationToken.None);

        Assert.Equal(_new, await File.ReadAllBytesAsync(PathOf("new.raw"), TestContext.Current.CancellationToken));
        Assert.Empty(await _pool.ListAsync());
        await ExpectNothingLeftAsync();
    }

    [Fact]
    public async Task Status_of_an_import_tells_what_it_reads()
    {
        await ImportAsync(RawSpec);

        MigrationStatus status = await ImageMigration.GetStatusAsync(_pool.Io, "image", CancellationToken.None);

        Assert.Equal((-1L, MigrationState.Prepared), (status.SourcePoolId, status.State));
        Assert.StartsWith("{\"snapshots\":[{", status.SourceSpec);
        await using Image image = await _pool.OpenAsync("image", readOnly: true);
        Assert.Equal(status.SourceSpec, await image.GetMigrationSourceSpecAsync(CancellationToken.None));
    }

    [Theory]
    [InlineData("qcow2", "")]
    [InlineData("qcow2", "-c")]
    [InlineData("qcow2", "-o compat=0.10,cluster_size=4096")]
    public async Task Qcow_file_with_an_internal_snapshot(string format, string arguments)
    {
        await QemuImgAsync($"convert -f raw -O {format} {arguments} {PathOf("old.raw")} {PathOf("disk")}");
        await QemuImgAsync($"snapshot -c first {PathOf("disk")}");
        await QemuImgAsync($"dd -f {format} -O raw if={PathOf("disk")} of={PathOf("expected")} bs=4096");
        byte[] expected = await File.ReadAllBytesAsync(PathOf("expected"), TestContext.Current.CancellationToken);

        await ImportAsync($$"""{"type":"qcow","stream":{{Stream("disk")}}}""");
        byte[] before = await ReadAsync();
        byte[] snapshot = await ReadAsync("first");
        await ExecuteAsync();
        File.Delete(PathOf("disk"));
        await CommitAsync();

        Assert.Equal(expected, before);
        Assert.Equal(expected, snapshot);
        Assert.Equal(expected, await ReadAsync());
        Assert.Equal(_old, expected.AsSpan(0, Size));
    }

    [Fact]
    public async Task Native_import_keeps_the_source_and_its_snapshot()
    {
        await using (Image source = await _pool.CreateAndOpenAsync(Size, name: "source"))
        {
            await source.WriteAsync(0, _old);
            await CloneFixture.SnapAsync(source, "snap");
            await source.WriteAsync(0, new byte[1000]);
        }

        await ImportAsync("""{"type":"native","pool_name":"pool","image_name":"source","snap_name":"snap"}""");
        Assert.Equal(_old, await ReadAsync());
        await using (Image source = await _pool.OpenAsync("source"))
            await CloneFixture.RemoveSnapAsync(source, "snap");
        await ExecuteAsync();
        await CommitAsync();

        Assert.Equal(_old, await ReadAsync());
        await using (Image image = await _pool.OpenAsync("image"))
        {
            Assert.Null(await image.GetParentAsync(CancellationToken.None));
            Assert.Equal(0ul, image.Features & ImageFeatures.Migrating);
        }

        await _pool.RemoveAsync("source");
        await ExpectNothingLeftAsync();
    }

    [Theory]
    [InlineData("no json", Errno.EBADMSG)]
    [InlineData("[]", Errno.EINVAL)]
    [InlineData("{}", Errno.EINVAL)]
    [InlineData("""{"type":"vmdk","stream":{"type":"file","file_path":"/x"}}""", Errno.ENOSYS)]
    [InlineData("""{"type":"raw"}""", Errno.EINVAL)]
    [InlineData("""{"type":"raw","stream":{"type":"http","url":"http://x/"}}""", Errno.ENOSYS)]
    [InlineData("""{"type":"raw","stream":{"type":"file","file_path":"relative"}}""", Errno.EINVAL)]
    [InlineData("""{"type":"raw","stream":{"type":"file","file_path":"/nothing/here"}}""", Errno.ENOENT)]
    [InlineData("""{"type":"raw","stream":{"type":"file","file_path":7}}""", Errno.EINVAL)]
    [InlineData("""{"type":"qcow","stream":{"type":"file","file_path":"/etc/passwd"}}""", Errno.EINVAL)]
    [InlineData("""{"type":"native","pool_name":"nothing","image_name":"i","snap_name":"s"}""", Errno.ENOENT)]
    [InlineData("""{"type":"native","pool_name":"pool","image_name":"i","snap_name":"s"}""", Errno.ENOENT)]
    [InlineData("""{"type":"native","image_name":"i"}""", Errno.EINVAL)]
    public async Task Unusable_source_is_refused_and_leaves_nothing(string spec, Errno errno)
    {
        await Refused.WithAsync(errno, () => ImportAsync(spec));

        Assert.Empty(await _pool.ListAsync());
        Assert.Empty(await _pool.ListVolumesAsync());
    }

    [Fact]
    public async Task A_process_that_dies_at_an_import_leaves_the_image_or_what_a_check_removes()
    {
        int call = 1;
        while (await DiesAsync(call))
            call++;

        Assert.True(call > 8, "the import must have met crashes");
    }

    /// <returns>false: it ended before it came to that call.</returns>
    private async Task<bool> DiesAsync(int fatalCall)
    {
        var interceptor = new Interceptor();
        var records = new InterceptedRecords(_pool.Records, interceptor);
        Rados.IoContext io = await _pool.ConnectAnotherAsync(new InterceptedVolumes(_pool.Volumes, interceptor), records);
        int calls = 0;
        bool isDead = false;
        interceptor.Before = _ =>
        {
            isDead |= Interlocked.Increment(ref calls) == fatalCall;
            return isDead ? Task.FromException(new CrashedException()) : Task.CompletedTask;
        };

        Exception? error = await Xunit.Record.ExceptionAsync(() => ImageMigration.PrepareImportAsync(
            RawSpec, io, "image", new ImageOptions(), CancellationToken.None));
        bool wasDead = isDead;
        isDead = true;
        await records.EndSessionsAsync();

        if (!wasDead)
            Assert.Null(error);
        await PoolConsistency.CheckAsync(_pool.Io, repair: true, CancellationToken.None);
        await ExpectConsistentAsync();
        if ((await _pool.ListAsync()).Any())
        {
            Assert.Equal(_new, await ReadAsync());
            Assert.Equal(_old, await ReadAsync("snap"));
            await ImageMigration.AbortAsync(_pool.Io, "image", null, CancellationToken.None);
        }

        await ExpectNothingLeftAsync();
        return wasDead;
    }

    private byte[] NewContent()
    {
        var content = new byte[Size];
        _random.NextBytes(content.AsSpan(0, 130_000));
        _random.NextBytes(content.AsSpan(220_000));
        return content;
    }

    private string PathOf(string name) => Path.Combine(_directory.FullName, name);

    private string Stream(string file) => $$"""{"type":"file","file_path":"{{PathOf(file)}}"}""";

    private Task ImportAsync(string spec) =>
        ImageMigration.PrepareImportAsync(spec, _pool.Io, "image", new ImageOptions(), CancellationToken.None);

    private Task ExecuteAsync() => ImageMigration.ExecuteAsync(_pool.Io, "image", null, CancellationToken.None);

    private Task CommitAsync() => ImageMigration.CommitAsync(_pool.Io, "image", null, CancellationToken.None);

    private async Task<byte[]> ReadAsync(string? snapshot = null)
    {
        await using Image image = await Image.OpenAsync(
            _pool.Io, "image", snapshot is null ? null : (ByteName?)snapshot, readOnly: true, CancellationToken.None);
        return await MigrationFixture.ReadAsync(image);
    }

    private async Task WriteAsync(Image image, int offset, int length)
    {
        _random.NextBytes(_new.AsSpan(offset, length));
        await image.WriteAsync((ulong)offset, _new.AsMemory(offset, length));
    }

    private async Task ExpectConsistentAsync()
    {
        IReadOnlyList<CheckFinding> found = await PoolConsistency.CheckAsync(_pool.Io, repair: false, CancellationToken.None);
        Assert.DoesNotContain(found, finding => finding.Severity != CheckSeverity.Pending);
    }

    private async Task ExpectNothingLeftAsync()
    {
        foreach (string name in (await _pool.ListAsync()).ToArray())
        {
            await using (Image image = await _pool.OpenAsync(name))
            {
                foreach (Snapshot snapshot in await image.Snapshots.ListAsync(CancellationToken.None))
                    await CloneFixture.RemoveSnapAsync(image, snapshot.Name.ToString());
            }

            await _pool.RemoveAsync(name);
        }

        Assert.Empty(await _pool.ListVolumesAsync());
        Assert.Empty(await _pool.Records.RangeAsync($"pool/{_pool.Io.Pool.Id}/rbd/", null, 0, CancellationToken.None));
    }

    private static async Task QemuImgAsync(string arguments)
    {
        using Process process = Process.Start(new ProcessStartInfo("qemu-img", arguments) { RedirectStandardError = true, UseShellExecute = false })!;
        string error = await process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        Assert.True(process.ExitCode == 0, $"qemu-img {arguments}: {error}");
    }
}
