using System.Diagnostics;
using System.Runtime.Versioning;
using System.Text;
using CurveRbd.Store;

namespace CurveRbd.Local.Tests;

/// <summary>A store's directory: missing, foreign, damaged, newer, read-only, full.</summary>
[SupportedOSPlatform("linux")]
public sealed class StoreDirectoryTests : IAsyncDisposable
{
    private readonly TestStore _test = new();

    private static CancellationToken None => CancellationToken.None;

    private string Database => Path.Combine(_test.Root, "records.db");

    public ValueTask DisposeAsync() => _test.DisposeAsync();

    [Fact]
    public async Task OpenAsync_missing_directory_is_made()
    {
        LocalStore store = await _test.OpenAsync();

        Assert.Empty(await store.Volumes.ListPoolsAsync(None));
        Assert.True(Directory.Exists(_test.Root));
    }

    [Fact]
    public async Task OpenAsync_missing_directory_above_is_ENOENT_and_names_it()
    {
        string root = Path.Combine(_test.Root, "none", "store");

        StorageException refusal = await RefusedAsync(Errno.ENOENT, () => LocalStore.OpenAsync(root, None));

        Assert.Contains(root, refusal.Message, StringComparison.Ordinal);
        Assert.False(Directory.Exists(_test.Root));
    }

    [Fact]
    public async Task OpenAsync_a_file_in_place_of_the_directory_is_ENOTDIR()
    {
        await File.WriteAllTextAsync(_test.Root, "", None);

        await RefusedAsync(Errno.ENOTDIR, () => LocalStore.OpenAsync(_test.Root, None));
    }

    [Fact]
    public async Task OpenAsync_again_keeps_the_id_and_all_that_was_stored()
    {
        LocalStore store = await _test.OpenAsync();
        string fsid = (await store.Volumes.GetStatusAsync(None)).Fsid;
        await store.Records.CommitAsync(new RecordTransaction().Put("key", "1"u8.ToArray()), None);
        await store.Volumes.CreatePoolAsync("pool", None);
        await _test.CloseAsync();

        LocalStore again = await _test.OpenAsync();

        Assert.Equal(fsid, (await again.Volumes.GetStatusAsync(None)).Fsid);
        Assert.NotNull(await again.Records.GetAsync("key", None));
        Assert.Equal(["pool"], await again.Volumes.ListPoolsAsync(None));
    }

    [Fact]
    public async Task OpenAsync_other_spelling_of_the_path_shares_the_store()
    {
        LocalStore store = await _test.OpenAsync();
        Directory.CreateSymbolicLink(_test.Root + "-link", _test.Root);

        await using LocalStore other = await LocalStore.OpenAsync(_test.Root + "-link/../store/", None);
        await using LocalStore linked = await LocalStore.OpenAsync(_test.Root + "-link", None);

        Assert.Same(store.Records, other.Records);
        Assert.Same(store.Records, linked.Records);
    }

    [Fact]
    public async Task OpenAsync_directory_removed_and_made_again_is_a_new_store()
    {
        LocalStore store = await _test.OpenAsync();
        await store.Records.CommitAsync(new RecordTransaction().Put("key", "1"u8.ToArray()), None);
        await store.DisposeAsync();
        Directory.Delete(_test.Root, recursive: true);

        LocalStore again = await _test.OpenAsync();

        Assert.Null(await again.Records.GetAsync("key", None));
    }

    [Fact]
    public async Task OpenAsync_given_back_while_others_use_it_stays_open()
    {
        LocalStore store = await _test.OpenAsync();
        await using IRecordSession session = await store.Records.OpenSessionAsync(None);
        await store.Records.CommitAsync(new RecordTransaction().Put("key", "1"u8.ToArray(), session.Id), None);

        await (await LocalStore.OpenAsync(_test.Root, None)).DisposeAsync();

        Assert.NotNull(await store.Records.GetAsync("key", None));
    }

    [Fact]
    public async Task OpenAsync_newer_format_is_refused_and_names_both_versions()
    {
        await MakeAndCloseAsync();
        await SqlAsync("PRAGMA user_version = 7");

        StorageException refusal = await RefusedAsync(Errno.EOPNOTSUPP, () => LocalStore.OpenAsync(_test.Root, None));

        Assert.Contains("format 7", refusal.Message, StringComparison.Ordinal);
        Assert.Contains("up to 1", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task OpenAsync_database_of_another_program_is_refused_and_left_alone()
    {
        Directory.CreateDirectory(_test.Root);
        await SqlAsync("CREATE TABLE other(x); INSERT INTO other VALUES(1)");

        await RefusedAsync(Errno.EIO, () => LocalStore.OpenAsync(_test.Root, None));

        Assert.Equal("other", await SqlAsync("SELECT name FROM sqlite_schema"));
    }

    [Fact]
    public async Task OpenAsync_file_that_is_no_database_is_EIO_with_advice()
    {
        Directory.CreateDirectory(_test.Root);
        await File.WriteAllTextAsync(Database, string.Concat(Enumerable.Repeat("this is no database. ", 1000)), None);

        StorageException refusal = await RefusedAsync(Errno.EIO, () => LocalStore.OpenAsync(_test.Root, None));

        Assert.Contains("damaged", refusal.Message, StringComparison.Ordinal);
        Assert.Contains(Database, refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task GetAsync_damaged_page_is_EIO_with_advice()
    {
        LocalStore store = await _test.OpenAsync();
        for (int i = 0; i < 200; i++)
            await store.Records.CommitAsync(new RecordTransaction().Put($"key/{i}", new byte[2000]), None);
        await _test.CloseAsync();
        await SqlAsync("PRAGMA wal_checkpoint(TRUNCATE)");
        await OverwriteFromSecondPageAsync();

        StorageException refusal = await RefusedAsync(Errno.EIO, async () =>
        {
            LocalStore damaged = await _test.OpenAsync();
            await damaged.Records.RangeAsync("", null, 0, None);
        });

        Assert.Contains("damaged", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task OpenAsync_volume_without_its_file_is_ENOENT_and_names_the_file()
    {
        LocalStore store = await _test.OpenAsync();
        await store.Volumes.CreatePoolAsync("pool", None);
        await store.Volumes.CreateAsync(new VolumePath("pool", "volume", ""), 4096, None);
        string file = Path.Combine(_test.Root, "volumes", "pool", "volume");
        File.Delete(file);

        StorageException refusal = await RefusedAsync(Errno.ENOENT, () => store.Volumes.OpenAsync(new VolumePath("pool", "volume", ""), false, None));

        Assert.Contains(file, refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ListAsync_files_that_people_copied_there_are_volumes_unless_hidden()
    {
        LocalStore store = await _test.OpenAsync();
        await store.Volumes.CreatePoolAsync("pool", None);
        foreach (string name in (string[])["disk.raw", ".hidden", "my disk", "50%"])
            await File.WriteAllTextAsync(Path.Combine(_test.Root, "volumes", "pool", name), "data", None);

        IReadOnlyList<VolumeInfo> volumes = await store.Volumes.ListAsync("pool", None);

        Assert.Equal(["50%", "disk.raw", "my disk"], volumes.Select(volume => volume.Name).Order(StringComparer.Ordinal));
        Assert.All(volumes, volume => Assert.Equal(4ul, volume.Size));
    }

    [Fact]
    public async Task Files_have_the_permissions_of_the_directory()
    {
        Directory.CreateDirectory(_test.Root, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        const UnixFileMode Group = UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.GroupExecute;
        File.SetUnixFileMode(_test.Root, File.GetUnixFileMode(_test.Root) | Group);
        LocalStore store = await _test.OpenAsync();
        await store.Volumes.CreatePoolAsync("pool", None);
        await store.Volumes.CreateAsync(new VolumePath("pool", "volume", ""), 4096, None);

        foreach (string name in (string[])["records.db", "records.db-wal", "sessions.lock", "volumes/pool/volume"])
            Assert.Equal("UserWrite, UserRead, GroupWrite, GroupRead".Split(", ").Order(), $"{File.GetUnixFileMode(Path.Combine(_test.Root, name))}".Split(", ").Order());
    }

    private static async Task<StorageException> RefusedAsync(Errno errno, Func<Task> action)
    {
        StorageException refusal = await Assert.ThrowsAsync<StorageException>(action);
        Assert.Equal(errno, refusal.Errno);
        return refusal;
    }

    private async Task MakeAndCloseAsync()
    {
        await _test.OpenAsync();
        await _test.CloseAsync();
    }

    // With the command that an operator would use.
    private async Task<string> SqlAsync(string sql)
    {
        using Process process = Process.Start(new ProcessStartInfo("sqlite3", [Database, sql]) { UseShellExecute = false, RedirectStandardOutput = true })!;
        string output = await process.StandardOutput.ReadToEndAsync(None);
        await process.WaitForExitAsync(None);
        Assert.Equal(0, process.ExitCode);
        return output.Trim();
    }

    private async Task OverwriteFromSecondPageAsync()
    {
        const int PageSize = 4096;
        await using FileStream file = File.OpenWrite(Database);
        file.Seek(PageSize, SeekOrigin.Begin);
        byte[] garbage = Encoding.ASCII.GetBytes(new string('#', (int)file.Length - PageSize));
        await file.WriteAsync(garbage, None);
    }
}
