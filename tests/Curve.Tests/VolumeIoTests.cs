using CurveRbd.Store;
using CurveRbd.TestCluster;

namespace CurveRbd.Curve.Tests;

public class VolumeIoTests
{
    public static TheoryData<string> Releases { get; } = [.. Release.All.Select(release => release.Name)];

    [Theory]
    [MemberData(nameof(Releases))]
    public async Task WriteAsync_then_ReadAsync_gives_the_bytes_on_every_release(string release)
    {
        await using Fixture fixture = await Fixture.StartAsync(new ClusterOptions { Release = Release.All.Single(r => r.Name == release) });
        await using IVolume volume = await fixture.OpenNewAsync();
        byte[] data = Fixture.RandomBytes(1 << 20);

        await volume.WriteAsync((16 << 20) - (512 << 10), data);

        Assert.Equal(data, await Fixture.ReadAsync(volume, (16 << 20) - (512 << 10), data.Length));
        Assert.Equal(new byte[4096], await Fixture.ReadAsync(volume, 0, 4096));
    }

    [Theory]
    [MemberData(nameof(Releases))]
    public async Task ZeroAsync_and_ResizeAsync_do_their_work_on_every_release(string release)
    {
        await using Fixture fixture = await Fixture.StartAsync(new ClusterOptions { Release = Release.All.Single(r => r.Name == release) });
        await using IVolume volume = await fixture.OpenNewAsync();
        await volume.WriteAsync(0, Fixture.RandomBytes(64 * 1024));

        await volume.ZeroAsync(4096, 32 * 1024, ZeroMode.Unmap);
        await volume.ResizeAsync(11 * Fixture.GiB, Fixture.Token);
        await volume.WriteAsync((11 * Fixture.GiB) - 4096, Fixture.RandomBytes(4096));

        byte[] expected = Fixture.RandomBytes(64 * 1024);
        Array.Clear(expected, 4096, 32 * 1024);
        Assert.Equal(expected, await Fixture.ReadAsync(volume, 0, expected.Length));
        Assert.Equal(Fixture.RandomBytes(4096), await Fixture.ReadAsync(volume, (11 * Fixture.GiB) - 4096, 4096));
    }

    [Theory]
    [InlineData("1.2.4", "1.2.4 or before")]
    [InlineData("1.2.6", "1.2.5 or 1.2.6")]
    [InlineData("1.2.8", "1.2.7 or later 1.2")]
    [InlineData("1.5", "1.5")]
    [InlineData("2.3", "1.3 or 2.0 to 2.3")]
    [InlineData("2.6", "2.4 to 2.6")]
    [InlineData("2.8", "2.7 or later")]
    public async Task ConnectAsync_tells_the_release_by_what_it_can(string release, string told)
    {
        Release expected = Release.All.Single(r => r.Name == release);

        await using Fixture fixture = await Fixture.StartAsync(new ClusterOptions { Release = expected });

        Assert.Equal(
            new CurveCapabilities(expected.HasEpochs, expected.HasDeallocation, expected.HasPoolsets, expected.HasLocalSnapshots),
            fixture.Store.Capabilities);
        Assert.Equal(told, fixture.Store.Capabilities.Releases);
        Assert.Equal(release != "2.8", fixture.Store.Capabilities.ReadsByAppliedIndex);
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(64 * 1024, 4)]
    [InlineData(1 << 20, 16)]
    public async Task Random_operations_leave_what_a_byte_array_has(int stripeUnit, int stripeCount)
    {
        await using Fixture fixture = await Fixture.StartAsync(configure: options => options with
        {
            StripeUnit = (ulong)stripeUnit,
            StripeCount = (ulong)stripeCount,
        });
        await using IVolume volume = await fixture.OpenNewAsync();
        var model = new VolumeModel(volume, start: Fixture.GiB - (20 << 20), length: 40 << 20, seed: 7);

        await model.RunAsync(operations: 150);

        await model.CheckAsync();
    }

    [Fact]
    public async Task WriteAsync_of_scattered_memory_keeps_its_order()
    {
        await using Fixture fixture = await Fixture.StartAsync();
        await using IVolume volume = await fixture.OpenNewAsync();
        byte[] data = Fixture.RandomBytes(256 * 1024);
        Memory<byte>[] pieces = [data.AsMemory(0, 1000), data.AsMemory(1000, 100_000), default, data.AsMemory(101_000)];

        await volume.WriteAsync(8192, new IoVector(pieces, data.Length));

        Assert.Equal(data, await Fixture.ReadAsync(volume, 8192, data.Length));
    }

    [Fact]
    public async Task ReadAsync_sees_what_another_opener_wrote_into_a_hole()
    {
        await using Fixture fixture = await Fixture.StartAsync();
        await using IVolume writer = await fixture.OpenNewAsync();
        await using IVolume reader = await fixture.Store.OpenAsync(Fixture.Volume, readOnly: true, Fixture.Token);
        Assert.Equal(new byte[4096], await Fixture.ReadAsync(reader, 0, 4096));
        byte[] data = Fixture.RandomBytes(4096);

        await writer.WriteAsync(0, data);

        Assert.Equal(data, await Fixture.ReadAsync(reader, 0, 4096));
    }

    [Theory]
    [InlineData(ZeroMode.Unmap)]
    [InlineData(ZeroMode.Allocate)]
    public async Task ZeroAsync_reads_back_as_zeros_and_leaves_its_neighbours(ZeroMode mode)
    {
        await using Fixture fixture = await Fixture.StartAsync();
        await using IVolume volume = await fixture.OpenNewAsync();
        byte[] data = Fixture.RandomBytes(64 * 1024);
        await volume.WriteAsync(0, data);

        await volume.ZeroAsync(8192, 16384, mode);

        byte[] expected = [.. data[..8192], .. new byte[16384], .. data[24576..]];
        Assert.Equal(expected, await Fixture.ReadAsync(volume, 0, data.Length));
    }

    [Fact]
    public async Task ZeroAsync_unmapping_what_was_never_written_writes_nothing()
    {
        await using Fixture fixture = await Fixture.StartAsync();
        await using IVolume volume = await fixture.OpenNewAsync();

        await volume.ZeroAsync(0, 10 * Fixture.GiB, ZeroMode.Unmap);

        Assert.Equal(0UL, (await fixture.Store.StatAsync(Fixture.Volume, Fixture.Token))!.Allocated);
    }

    [Fact]
    public async Task NextDataAsync_finds_the_chunk_that_was_written()
    {
        await using Fixture fixture = await Fixture.StartAsync();
        await using IVolume volume = await fixture.OpenNewAsync();
        await volume.WriteAsync((3 * Fixture.GiB) + (40 << 20), new byte[4096]);

        VolumeExtent? first = await volume.NextDataAsync(0, 10 * Fixture.GiB);
        VolumeExtent? second = await volume.NextDataAsync(first!.Value.End, 10 * Fixture.GiB);

        Assert.Equal(new VolumeExtent((3 * Fixture.GiB) + (32 << 20), 16 << 20), first);
        Assert.Null(second);
    }

    [Theory]
    [InlineData(512UL, 4096)]
    [InlineData(0UL, 100)]
    [InlineData(10UL << 30, 4096)]
    public async Task WriteAsync_outside_of_blocks_or_volume_is_EINVAL(ulong offset, int length)
    {
        await using Fixture fixture = await Fixture.StartAsync();
        await using IVolume volume = await fixture.OpenNewAsync();

        StorageException error = await Assert.ThrowsAsync<StorageException>(async () => await volume.WriteAsync(offset, new byte[length]));

        Assert.Equal(Errno.EINVAL, error.Errno);
    }

    [Fact]
    public async Task ResizeAsync_grows_for_this_opener_and_after_a_refresh_for_others()
    {
        await using Fixture fixture = await Fixture.StartAsync();
        await using IVolume volume = await fixture.OpenNewAsync();
        await using IVolume other = await fixture.Store.OpenAsync(Fixture.Volume, readOnly: true, Fixture.Token);

        await volume.ResizeAsync(11 * Fixture.GiB, Fixture.Token);
        await other.RefreshAsync(Fixture.Token);

        Assert.Equal((11 * Fixture.GiB, 11 * Fixture.GiB), (volume.Size, other.Size));
        Assert.Equal(new byte[4096], await Fixture.ReadAsync(volume, (11 * Fixture.GiB) - 4096, 4096));
    }
}
