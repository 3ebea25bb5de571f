using System.Diagnostics;
using CurveRbd.Store;

namespace CurveRbd.Local.Tests;

/// <summary>File systems that are full, read-only, or know less than ext4: a small tmpfs. Only root can mount one.</summary>
[Collection(nameof(Alone))]
public sealed class FileSystemTests : IAsyncLifetime
{
    private static readonly VolumePath s_path = new("pool", "volume", "");

    private readonly string _mount = Directory.CreateTempSubdirectory("curverbd-mount-").FullName;
    private bool _isMounted;
    private LocalStore _store = null!;

    private static CancellationToken None => CancellationToken.None;

    private string Root => Path.Combine(_mount, "store");

    public async ValueTask InitializeAsync()
    {
        _isMounted = Run("mount", "-t", "tmpfs", "-o", "size=3m", "none", _mount);
        Assert.SkipUnless(_isMounted, "mounting a tmpfs takes root");
        _store = await LocalStore.OpenAsync(Root, None);
        await _store.Volumes.CreatePoolAsync("pool", None);
        await _store.Volumes.CreateAsync(s_path, 16 * 1024 * 1024, None);
    }

    public async ValueTask DisposeAsync()
    {
        if (_store is not null)
            await _store.DisposeAsync();
        SharedStore.CloseIdle();
        if (_isMounted)
            Run("umount", _mount);
        Directory.Delete(_mount);
    }

    [Fact]
    public async Task Full_file_system_is_ENOSPC_and_nothing_is_half_done()
    {
        await using IVolume volume = await _store.Volumes.OpenAsync(s_path, readOnly: false, None);
        await RefusedAsync(Errno.ENOSPC, () => FillAsync(volume));

        StorageException refusal = await RefusedAsync(Errno.ENOSPC, () => PutAsync(new byte[200_000]));

        Assert.Contains("full", refusal.Message, StringComparison.Ordinal);
        Assert.Null(await _store.Records.GetAsync("key", None));
        await volume.ZeroAsync(0, volume.Size, ZeroMode.Unmap);
        await PutAsync(new byte[1000]);
        Assert.Equal(1000, (await _store.Records.GetAsync("key", None))!.Value.Length);
    }

    [Fact]
    public async Task ZeroAsync_where_the_file_system_can_not_allocate_zeros_writes_them()
    {
        await using IVolume volume = await _store.Volumes.OpenAsync(s_path, readOnly: false, None);
        await volume.WriteAsync(0, Enumerable.Repeat((byte)1, 65536).ToArray());

        await volume.ZeroAsync(0, 65536, ZeroMode.Allocate);

        byte[] read = new byte[65536];
        await volume.ReadAsync(0, read);
        Assert.All(read, value => Assert.Equal(0, value));
        Assert.True((await _store.Volumes.StatAsync(s_path, None))!.Allocated >= 65536);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Read_only_file_system_can_be_read_and_changes_are_EROFS(bool hasLog)
    {
        await PutAsync("1"u8.ToArray());
        await CloseAsync();
        if (!hasLog)
            RemoveLog();
        Assert.True(Run("mount", "-o", "remount,ro", _mount));

        _store = await LocalStore.OpenAsync(Root, None);

        Assert.NotNull(await _store.Records.GetAsync("key", None));
        await using IRecordSession session = await _store.Records.OpenSessionAsync(None);
        Assert.True(session.Id > 0);
        await using IVolume volume = await _store.Volumes.OpenAsync(s_path, readOnly: true, None);
        await volume.ReadAsync(0, new byte[4096]);
        await RefusedAsync(Errno.EROFS, () => PutAsync("2"u8.ToArray()));
        await RefusedAsync(Errno.EROFS, () => _store.Volumes.OpenAsync(s_path, readOnly: false, None));
        await RefusedAsync(Errno.EROFS, () => _store.Volumes.CreateAsync(s_path with { Name = "new" }, 4096, None));
        await RefusedAsync(Errno.EROFS, () => LocalStore.OpenAsync(Path.Combine(_mount, "other"), None));
    }

    private static async Task<StorageException> RefusedAsync(Errno errno, Func<Task> action)
    {
        StorageException refusal = await Assert.ThrowsAsync<StorageException>(action);
        Assert.Equal(errno, refusal.Errno);
        return refusal;
    }

    private static async Task FillAsync(IVolume volume)
    {
        byte[] page = new byte[4096];
        for (ulong offset = 0; offset < volume.Size; offset += 4096)
            await volume.WriteAsync(offset, page);
    }

    private static bool Run(string program, params string[] arguments)
    {
        using Process process = Process.Start(new ProcessStartInfo(program, arguments) { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true })!;
        process.WaitForExit();
        return process.ExitCode == 0;
    }

    private async Task PutAsync(byte[] value) => await _store.Records.CommitAsync(new RecordTransaction().Put("key", value), None);

    private async Task CloseAsync()
    {
        await _store.DisposeAsync();
        SharedStore.CloseIdle();
    }

    private void RemoveLog()
    {
        Assert.True(Run("sqlite3", Path.Combine(Root, "records.db"), "PRAGMA journal_mode = WAL; PRAGMA wal_checkpoint(TRUNCATE)"));
        File.Delete(Path.Combine(Root, "records.db-wal"));
        File.Delete(Path.Combine(Root, "records.db-shm"));
    }
}
