using CurveRbd.Store;

namespace CurveRbd.Curve.Tests;

/// <summary>Random, partly concurrent operations on a range of a volume, mirrored in a byte array.</summary>
internal sealed class VolumeModel(IVolume volume, ulong start, int length, int seed)
{
    private const int Block = 4096;
    private const int Lanes = 4;

    private readonly byte[] _expected = new byte[length];

    /// <summary>Lanes of the range are worked on at the same time; a range of its own for each keeps the outcome certain.</summary>
    public Task RunAsync(int operations) =>
        Task.WhenAll(Enumerable.Range(0, Lanes).Select(lane => RunLaneAsync(lane, operations / Lanes)));

    public async Task CheckAsync()
    {
        const int Step = 1 << 20;
        for (int at = 0; at < length; at += Step)
        {
            byte[] found = await Fixture.ReadAsync(volume, start + (ulong)at, Step);
            Assert.True(_expected.AsSpan(at, Step).SequenceEqual(found), $"differs in the MiB at {start + (ulong)at}");
        }
    }

    private async Task RunLaneAsync(int lane, int operations)
    {
        var random = new Random(seed + lane);
        int laneLength = length / Lanes;
        for (int i = 0; i < operations; i++)
        {
            int count = Block * random.Next(1, random.Next(4) == 0 ? 128 : 8);
            int at = (lane * laneLength) + (Block * random.Next((laneLength - count) / Block));
            await RunOneAsync(random, at, count);
        }
    }

    private async Task RunOneAsync(Random random, int at, int count)
    {
        ulong offset = start + (ulong)at;
        switch (random.Next(10))
        {
            case < 6:
                random.NextBytes(_expected.AsSpan(at, count));
                await volume.WriteAsync(offset, _expected.AsMemory(at, count));
                break;
            case < 9:
                byte[] found = await Fixture.ReadAsync(volume, offset, count);
                Assert.True(_expected.AsSpan(at, count).SequenceEqual(found), $"{offset}+{count} differs");
                break;
            default:
                _expected.AsSpan(at, count).Clear();
                await volume.ZeroAsync(offset, (ulong)count, random.Next(2) == 0 ? ZeroMode.Unmap : ZeroMode.Allocate);
                break;
        }
    }
}
