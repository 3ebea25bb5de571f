using System.Buffers.Binary;
using System.Globalization;
using CurveRbd.Store;
using CurveRbd.Tests;

namespace CurveRbd.Rbd.Tests;

/// <summary>Several processes on one image of the embedded store, some of them killed.</summary>
public sealed class ProcessesTests
{
    private const int Slots = 640; // over forty clusters
    private const ulong Size = Slots * 4096;

    private static CancellationToken None => CancellationToken.None;

    [Fact]
    public async Task Snapshots_of_another_process_hold_a_prefix_of_what_it_wrote()
    {
        await using TestPool pool = await TestPool.CreateLocalAsync();
        await using Image image = await pool.CreateAndOpenAsync(Size);
        await using ChildProcess child = ChildProcess.Start("write", pool.Directory);
        var acknowledged = new List<long>();
        Task<long> listening = ListenAsync(child, acknowledged);

        for (int i = 0; i < 5; i++)
        {
            long before = await ReachAsync(acknowledged, 40);
            await image.Snapshots.CreateAsync($"s{i}", SnapshotCreateFlags.None, null, None);
            long after = await ReachAsync(acknowledged, 1);
            await using Image snapshot = await Image.OpenAsync(pool.Io, "image", $"s{i}", readOnly: true, None);
            long[] found = await ReadAsync(snapshot);
            Assert.Equal(PrefixOf(found.Max()), found);
            Assert.InRange(found.Max(), before, after);
        }

        await child.SayAsync("enough");
        long last = await listening;
        Assert.Equal(0, await child.EndAsync());
        Assert.Equal(PrefixOf(last), await ReadAsync(image));
    }

    [Fact]
    public async Task Snapshots_come_and_go_under_two_writers_that_merge()
    {
        await using TestPool pool = await TestPool.CreateLocalAsync();
        await using Image image = await pool.CreateAndOpenAsync(Size + 4096);
        await using ChildProcess child = ChildProcess.Start("write", pool.Directory, $"{Slots}");
        var acknowledged = new List<long>();
        Task<long> listening = ListenAsync(child, acknowledged);

        for (byte i = 1; i <= 12; i++)
        {
            await ReachAsync(acknowledged, 20);
            await image.Snapshots.CreateAsync("s", SnapshotCreateFlags.None, null, None);
            await image.WriteAsync(Size, new[] { i });
            await ReachAsync(acknowledged, 20);
            await image.Snapshots.RemoveAsync("s", SnapshotRemoveFlags.None, null, None);
            if (i % 3 == 0)
                await image.Merging.RunAsync(None);
        }

        await child.SayAsync("enough");
        long last = await listening;
        Assert.Equal(0, await child.EndAsync());
        await image.Merging.RunAsync(None);
        Assert.Equal(PrefixOf(last), await ReadAsync(image));
        var mine = new byte[1];
        await image.ReadAsync(Size, mine);
        Assert.Equal(12, mine[0]);
        Assert.True(image.Volume.IsPlain);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Two_processes_write_in_turns_and_lose_nothing(bool hasSnapshot)
    {
        const int count = 400;
        await using TestPool pool = await TestPool.CreateLocalAsync();
        await using Image image = await pool.CreateAndOpenAsync(Size);
        if (hasSnapshot)
            await image.Snapshots.CreateAsync("s", SnapshotCreateFlags.None, null, None);
        await using ChildProcess first = ChildProcess.Start("write-bytes", pool.Directory, "0", $"{count}");
        await using ChildProcess second = ChildProcess.Start("write-bytes", pool.Directory, "1", $"{count}");

        await Task.WhenAll(first.HearAsync("end"), second.HearAsync("end"));
        int[] exits = await Task.WhenAll(first.EndAsync(), second.EndAsync());

        Assert.Equal([0, 0], exits);
        var read = new byte[2 * count];
        await image.ReadAsync(0, read);
        Assert.Equal(Enumerable.Range(0, 2 * count).Select(i => (byte)(i % 251 + 1)), read);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task Successor_of_a_killed_owner_finds_all_that_was_acknowledged(int seed)
    {
        await using TestPool pool = await TestPool.CreateLocalAsync();
        await using Image image = await pool.CreateAndOpenAsync(Size);
        await image.Snapshots.CreateAsync("s", SnapshotCreateFlags.None, null, None);
        await using ChildProcess child = ChildProcess.Start(seed == 1 ? "write" : "write-and-flush", pool.Directory);
        long acknowledged = 0;
        for (int i = 0; i < 100 * seed; i++)
            acknowledged = long.Parse(await child.HearAsync(), CultureInfo.InvariantCulture);

        await child.KillAsync();
        await image.WriteAsync(Size - 1, new byte[] { 77 });

        long[] found = await ReadAsync(image, Slots - 1);
        long last = found.Max();
        Assert.True(last >= acknowledged, $"{acknowledged} was acknowledged, {last} is the last one there");
        Assert.Equal(PrefixOf(last)[..(Slots - 1)], found);
        var end = new byte[1];
        await image.ReadAsync(Size - 1, end);
        Assert.Equal(77, end[0]);
        await using Image snapshot = await Image.OpenAsync(pool.Io, "image", "s", readOnly: true, None);
        Assert.All(await ReadAsync(snapshot), value => Assert.Equal(0, value));
    }

    [Fact]
    public async Task Merger_killed_again_and_again_loses_nothing_and_another_ends_its_work()
    {
        await using TestPool pool = await TestPool.CreateLocalAsync();
        await pool.CreateImageAsync("image", Size);
        long written = 0;
        for (int round = 0; round < 8; round++)
        {
            written = await LeaveUnmergedAsync(pool, written);
            await using ChildProcess child = ChildProcess.Start("merge", pool.Directory);
            await child.HearAsync("merging");
            await Task.Delay(3 * round, None); // somewhere in its work
            await child.KillAsync();

            await using Image image = await pool.OpenAsync("image");
            Assert.Equal(PrefixOf(written), await ReadAsync(image));
        }

        await using (Image image = await pool.OpenAsync("image"))
        {
            await image.WriteAsync(0, await SlotAsync(image, 0)); // the owner merges
            Assert.True(await image.Merging.RunAsync(None));
            Assert.Equal(PrefixOf(written), await ReadAsync(image));
            Assert.True(image.Volume.IsPlain);
        }

        await PoolConsistency.CheckAsync(pool.Io, repair: true, None);
        Assert.Empty(await PoolConsistency.CheckAsync(pool.Io, repair: false, None));
        Assert.Single(await pool.ListVolumesAsync());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Reader_sees_what_another_process_has_flushed(bool readOnly)
    {
        await using TestPool pool = await TestPool.CreateLocalAsync();
        await using (Image image = await pool.CreateAndOpenAsync(Size))
            await image.Snapshots.CreateAsync("s", SnapshotCreateFlags.None, null, None);
        await using Image reader = await pool.OpenAsync("image", readOnly);
        await ReadAsync(reader); // what it remembers of the tables from now on is out of date soon
        await using ChildProcess child = ChildProcess.Start("write-and-flush", pool.Directory);
        var slot = new byte[4096];

        for (int i = 0; i < 500; i++)
        {
            long n = long.Parse(await child.HearAsync(), CultureInfo.InvariantCulture);
            await reader.ReadAsync((ulong)ChildScript.SlotOf(n, Slots) * 4096, slot);

            long found = BinaryPrimitives.ReadInt64LittleEndian(slot);
            Assert.True(found >= n, $"{n} was flushed, the reader found {found}");
            Assert.Equal(ChildScript.SlotOf(n, Slots), ChildScript.SlotOf(found, Slots));
        }
    }

    [Fact]
    public async Task Broken_owner_in_another_process_writes_no_more()
    {
        await using TestPool pool = await TestPool.CreateLocalAsync();
        await using Image image = await pool.CreateAndOpenAsync(Size);
        await image.Snapshots.CreateAsync("s", SnapshotCreateFlags.None, null, None);
        await using ChildProcess child = ChildProcess.Start("keep", pool.Directory);
        await child.HearAsync("kept");
        await Refused.WithAsync(Errno.EROFS, () => image.WriteAsync(0, new byte[] { 1 }).AsTask());

        await image.Ownership.BreakAsync(OwnershipMode.Exclusive, (await image.Ownership.GetOwnerAsync(None))!, None);
        await image.WriteAsync(0, Enumerable.Repeat((byte)200, 4096).ToArray());

        await child.HearAsync("ESHUTDOWN");
        var read = new byte[4096];
        await image.ReadAsync(0, read);
        Assert.All(read, value => Assert.Equal(200, value));
    }

    // Layers of three snapshots that are gone, written to all over.
    private static async Task<long> LeaveUnmergedAsync(TestPool pool, long written)
    {
        await using Image image = await pool.OpenAsync("image");
        var slot = new byte[4096];
        for (int i = 0; i < 3; i++)
        {
            await image.Snapshots.CreateAsync($"s{i}", SnapshotCreateFlags.None, null, None);
            for (int n = 0; n < 50; n++)
            {
                BinaryPrimitives.WriteInt64LittleEndian(slot, ++written);
                BinaryPrimitives.WriteInt64LittleEndian(slot.AsSpan(slot.Length - sizeof(long)), written);
                await image.WriteAsync((ulong)ChildScript.SlotOf(written, Slots) * 4096, slot);
            }
        }

        for (int i = 0; i < 3; i++)
            await image.Snapshots.RemoveAsync($"s{i}", SnapshotRemoveFlags.None, null, None);
        return written;
    }

    private static async Task<byte[]> SlotAsync(Image image, int slot)
    {
        var read = new byte[4096];
        await image.ReadAsync((ulong)slot * 4096, read);
        return read;
    }

    private static async Task<long> ListenAsync(ChildProcess child, List<long> acknowledged)
    {
        long last = 0;
        for (string line = await child.HearAsync(); line != "end"; line = await child.HearAsync())
        {
            last = long.Parse(line, CultureInfo.InvariantCulture);
            lock (acknowledged)
                acknowledged.Add(last);
        }

        return last;
    }

    /// <summary>Waits until so many more are acknowledged.</summary>
    private static async Task<long> ReachAsync(List<long> acknowledged, int more)
    {
        long wanted = Last() + more;
        await Eventually.HoldsAsync(() => Task.FromResult(Last() >= wanted));
        return Last();

        long Last()
        {
            lock (acknowledged)
                return acknowledged.Count == 0 ? 0 : acknowledged[^1];
        }
    }

    /// <summary>What the slots hold after the first so many writes.</summary>
    private static long[] PrefixOf(long count)
    {
        var slots = new long[Slots];
        for (long n = 1; n <= count; n++)
            slots[ChildScript.SlotOf(n, Slots)] = n;
        return slots;
    }

    private static async Task<long[]> ReadAsync(Image image, int slots = Slots)
    {
        var read = new byte[slots * 4096];
        await image.ReadAsync(0, read);
        var found = new long[slots];
        for (int i = 0; i < slots; i++)
        {
            found[i] = BinaryPrimitives.ReadInt64LittleEndian(read.AsSpan(i * 4096));
            Assert.Equal(found[i], BinaryPrimitives.ReadInt64LittleEndian(read.AsSpan(((i + 1) * 4096) - sizeof(long)))); // not torn
        }

        return found;
    }
}
