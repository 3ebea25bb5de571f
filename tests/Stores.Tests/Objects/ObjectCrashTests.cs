using CurveRbd.Rados;
using CurveRbd.Store;
using CurveRbd.Store.InMemory;

namespace CurveRbd.Stores.Tests;

/// <summary>A client that dies between any two requests to the store leaves the object as it was or as it should be, and garbage that goes.</summary>
public class ObjectCrashTests : ObjectFixture
{
    private readonly MemoryRecords _memory = new();

    protected override ValueTask<IRecordStore> OpenStoreAsync() => new(_memory);

    [Fact]
    public async Task Write_too_large_for_a_transaction_is_whole_or_not_at_all_at_each_crash()
    {
        byte[] before = Fill(1, 3 << 20);
        byte[] after = Fill(2, 5 << 20);
        bool isOver = false;
        for (int failing = 1; !isOver; failing++)
        {
            Assert.Equal(0, await WriteAsync(Other, "o", ObjectWrites.WriteFull(before), ObjectWrites.ClearOmap(), SetOmap("k=before")));
            Cluster dying = await ConnectAsync();
            IoContext pool = await dying.OpenIoContextAsync("data", Token);
            _memory.Faults = FailFrom(failing);
            isOver = await TryAsync(() => WriteAsync(pool, "o", ObjectWrites.WriteFull(after), ObjectWrites.ClearOmap(), SetOmap("k=after")));
            _memory.Faults = null;
            await dying.DisposeAsync();

            byte[] found = await DataAsync("o");
            Assert.Equal(await OmapAsync("o") == "k=after" ? after : before, found);
        }

        await WriteAsync("o", ObjectWrites.Remove());
        Assert.Empty(await KeysAsync());
    }

    [Fact]
    public async Task Object_that_lost_a_piece_is_EIO()
    {
        await WriteAsync("o", ObjectWrites.WriteFull(Bytes("data")));
        string piece = Assert.Single(await KeysAsync(), key => key.Contains("/data/", StringComparison.Ordinal));
        await Records.CommitAsync(new RecordTransaction().Delete(piece), Token);

        StorageException error = await Assert.ThrowsAsync<StorageException>(() => DataAsync("o"));

        Assert.Equal(Errno.EIO, error.Errno);
    }

    private static byte[] Fill(byte value, int length) => [.. Enumerable.Repeat(value, length)];

    private static async Task<bool> TryAsync(Func<Task<int>> write)
    {
        try
        {
            return await write() == 0;
        }
        catch (StorageException)
        {
            return false;
        }
    }

    // From that request on the store answers nothing any more, as for a client whose machine went down.
    private static StoreFaults FailFrom(int failing) => new()
    {
        Decide = (number, _) => number >= failing ? new StorageException(Errno.EIO, "the machine is down") : null,
    };
}
