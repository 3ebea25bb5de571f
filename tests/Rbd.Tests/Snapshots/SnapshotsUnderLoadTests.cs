using CurveRbd.Rados;

namespace CurveRbd.Rbd.Tests;

/// <summary>Snapshots by one client while another writes: each must be the image between two of the writes.</summary>
public sealed class SnapshotsUnderLoadTests
{
    private const int BlockSize = 24_576; // does not divide a cluster: some blocks lie in two
    private const int Blocks = 20;

    [Theory]
    [InlineData(false, false)]
    [InlineData(true, false)]
    [InlineData(true, true)]
    public async Task Every_snapshot_is_the_image_between_two_writes(bool isCurve, bool removes)
    {
        await using TestPool pool = await TestPool.CreateAsync(isCurve ? TestPool.CurveLimits : TestPool.ByteLimits);
        await using Image image = await pool.CreateAndOpenAsync(BlockSize * Blocks);
        IoContext client = await pool.ConnectAnotherAsync();
        await using Image other = await Image.OpenAsync(client, "image", null, readOnly: false, CancellationToken.None);
        var writer = new BlockWriter(image);
        Task writing = writer.RunAsync();

        var cuts = new List<(string Name, int Before, int After)>();
        for (int i = 0; i < 12; i++)
        {
            int before = writer.Completed;
            await other.SnapshotAsync($"s{i}");
            cuts.Add(($"s{i}", before, writer.Started));
            if (removes && i % 3 == 2)
                await RemoveAsync(other, cuts, i - 1);
        }

        writer.Stop();
        await writing;
        foreach ((string name, int before, int after) in cuts)
        {
            await using Image at = await pool.OpenAtAsync("image", name);
            Assert.InRange(await CutOfAsync(at), before, after);
        }

        Assert.Equal(writer.Completed, await CutOfAsync(image));
    }

    private static async Task RemoveAsync(Image image, List<(string Name, int Before, int After)> cuts, int index)
    {
        cuts.RemoveAll(cut => cut.Name == $"s{index}");
        await image.RemoveSnapshotAsync($"s{index}");
        await image.Merging.RunAsync(CancellationToken.None);
    }

    /// <returns>How many writes it contains: all up to that one, and none after it.</returns>
    private static async Task<int> CutOfAsync(Image image)
    {
        var last = new int[Blocks];
        for (int block = 0; block < Blocks; block++)
            last[block] = await NumberInAsync(image, block);
        int cut = last.Max();
        for (int block = 0; block < Blocks; block++)
            Assert.Equal(BlockWriter.LastIn(block, cut), last[block]);
        return cut;
    }

    private static async Task<int> NumberInAsync(Image image, int block)
    {
        var bytes = new byte[BlockSize];
        await image.ReadAsync((ulong)(block * BlockSize), bytes);
        int number = BitConverter.ToInt32(bytes);
        Assert.Equal(BlockWriter.Fill(number), bytes);
        return number;
    }

    /// <summary>Writes blocks in turn, one at a time, each with the number of its write.</summary>
    private sealed class BlockWriter(Image image)
    {
        private volatile bool _isStopped;
        private volatile int _started;
        private volatile int _completed;

        public int Started => _started;

        public int Completed => _completed;

        /// <summary>The last write to a block among the first <paramref name="count"/> writes; 0: none.</summary>
        public static int LastIn(int block, int count)
        {
            int number = count - (count - (block + 1) + Blocks) % Blocks;
            return Math.Max(0, number);
        }

        public static byte[] Fill(int number)
        {
            var bytes = new byte[BlockSize];
            for (int i = 0; i < BlockSize; i += sizeof(int))
                BitConverter.TryWriteBytes(bytes.AsSpan(i), number);
            return bytes;
        }

        public async Task RunAsync()
        {
            await Task.Yield();
            for (int number = 1; !_isStopped; number++)
            {
                _started = number;
                await image.WriteAsync((ulong)((number - 1) % Blocks * BlockSize), Fill(number));
                _completed = number;
                if (number % 5 == 0)
                    await Task.Yield();
            }
        }

        public void Stop() => _isStopped = true;
    }
}
