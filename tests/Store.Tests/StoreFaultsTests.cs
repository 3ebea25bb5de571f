using CurveRbd.Store.InMemory;

namespace CurveRbd.Store.Tests;

public class StoreFaultsTests
{
    private static CancellationToken None => CancellationToken.None;

    [Fact]
    public async Task Before_counts_the_calls_of_both_stores_and_fails_the_chosen_one()
    {
        var faults = new StoreFaults { Decide = (number, call) => number == 3 ? new StorageException(Errno.EIO, $"{call} fails") : null };
        var volumes = new MemoryVolumes(TestLimits.Bytes) { Faults = faults };
        var records = new MemoryRecords { Faults = faults };
        await volumes.CreatePoolAsync("pool", None);
        await records.CommitAsync(new RecordTransaction().Put("key", default), None);

        StorageException failure = await Assert.ThrowsAsync<StorageException>(() => volumes.CreateAsync(new VolumePath("pool", "volume", ""), 1, None));

        Assert.Equal("CreateAsync fails", failure.Message);
        Assert.Null(await volumes.StatAsync(new VolumePath("pool", "volume", ""), None));
        Assert.NotNull(await records.GetAsync("key", None));
        Assert.Equal(4, faults.CallCount);
    }
}
