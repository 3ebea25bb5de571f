using CurveRbd.Store;

namespace CurveRbd.Rbd.Tests;

public sealed class ResizeTests
{
    public static TheoryData<bool> Stores => [false, true];

    [Theory]
    [MemberData(nameof(Stores))]
    public async Task Shrink_then_grow_reads_zeros_in_the_cut_part(bool isCurve)
    {
        await using TestPool pool = await TestPool.CreateAsync(isCurve ? TestPool.CurveLimits : TestPool.ByteLimits);
        await using Image image = await pool.CreateAndOpenAsync(20000);
        await image.WriteAsync(0, Enumerable.Repeat((byte)1, 20000).ToArray());

        await ResizeAsync(image, 5001);
        await ResizeAsync(image, 20000);

        var read = new byte[20000];
        await image.ReadAsync(0, read);
        Assert.Equal(5001, read.Count(value => value == 1));
        Assert.True(read.AsSpan(0, 5001).IndexOfAnyExcept((byte)1) < 0);
        Assert.True(read.AsSpan(5001).IndexOfAnyExcept((byte)0) < 0);
    }

    [Theory]
    [MemberData(nameof(Stores))]
    public async Task Grow_beyond_the_volume_extends_it(bool isCurve)
    {
        await using TestPool pool = await TestPool.CreateAsync(isCurve ? TestPool.CurveLimits : TestPool.ByteLimits);
        await using Image image = await pool.CreateAndOpenAsync(1);
        ulong size = (11ul << 30) + 5;

        await ResizeAsync(image, size);
        await image.WriteAsync(size - 1, new byte[] { 9 });

        Assert.Equal(size, image.Size);
        var read = new byte[1];
        await image.ReadAsync(size - 1, read);
        Assert.Equal(9, read[0]);
    }

    [Fact]
    public async Task Resize_to_the_same_size_is_fine() => await WithImageAsync(async image =>
    {
        await image.ResizeAsync(image.Size, allowShrink: false, null, CancellationToken.None);

        Assert.Equal(100ul, image.Size);
    });

    [Fact]
    public async Task Resize_to_0_and_back() => await WithImageAsync(async image =>
    {
        await ResizeAsync(image, 0);
        await Refused.WithAsync(Errno.EINVAL, async () => await image.ReadAsync(0, new byte[1]));
        await ResizeAsync(image, 100);

        Assert.Equal(100, await image.ReadAsync(0, new byte[100]));
    });

    [Fact]
    public async Task Shrink_not_allowed_is_EINVAL() => await WithImageAsync(image =>
        Refused.WithAsync(Errno.EINVAL, () => image.ResizeAsync(99, allowShrink: false, null, CancellationToken.None)));

    [Fact]
    public async Task Resize_to_too_many_objects_is_EINVAL() => await WithImageAsync(image =>
        Refused.WithAsync(Errno.EINVAL, () => ResizeAsync(image, 1ul << 60)));

    [Fact]
    public async Task Resize_read_only_is_EROFS()
    {
        await using TestPool pool = await TestPool.CreateAsync();
        await pool.CreateImageAsync("image", 100);
        await using Image image = await pool.OpenAsync("image", readOnly: true);

        await Refused.WithAsync(Errno.EROFS, () => ResizeAsync(image, 1));
    }

    [Fact]
    public async Task Shrink_negative_progress_aborts_with_it() => await WithImageAsync(async image =>
    {
        CallbackAbortedException error = await Assert.ThrowsAsync<CallbackAbortedException>(
            () => image.ResizeAsync(1, allowShrink: true, (_, _) => -9000, CancellationToken.None));

        Assert.Equal(-9000, error.Code);
        Assert.Equal(100ul, image.Size);
    });

    [Fact]
    public async Task Grow_ignores_what_progress_returns() => await WithImageAsync(async image =>
    {
        await image.ResizeAsync(200, allowShrink: true, (_, _) => -9000, CancellationToken.None);

        Assert.Equal(200ul, image.Size);
    });

    [Fact]
    public async Task Resize_is_seen_by_another_clients_next_call()
    {
        await using TestPool pool = await TestPool.CreateAsync();
        await using Image mine = await pool.CreateAndOpenAsync(100);
        Rados.IoContext other = await pool.ConnectAnotherAsync();
        await using Image theirs = await Image.OpenAsync(other, "image", null, readOnly: false, CancellationToken.None);

        for (ulong size = 200; size < 220; size++)
        {
            await ResizeAsync(mine, size);
            await theirs.RefreshAsync(CancellationToken.None);

            Assert.Equal(size, theirs.Size);
            Assert.Equal(1, await theirs.WriteAsync(size - 1, new byte[] { 1 }));
        }
    }

    [Fact]
    public async Task Resize_calls_update_watches_of_other_clients()
    {
        await using TestPool pool = await TestPool.CreateAsync();
        await using Image mine = await pool.CreateAndOpenAsync(100);
        await using Image theirs = await Image.OpenAsync(
            await pool.ConnectAnotherAsync(), "image", null, readOnly: false, CancellationToken.None);
        var updated = new TaskCompletionSource<ulong>(TaskCreationOptions.RunContinuationsAsynchronously);
        using IDisposable watch = theirs.WatchUpdates(() => updated.TrySetResult(theirs.Size));

        await ResizeAsync(mine, 300);

        Assert.Equal(300ul, await updated.Task);
    }

    [Fact]
    public async Task Resizes_by_two_clients_at_once_end_in_one_of_their_sizes()
    {
        await using TestPool pool = await TestPool.CreateAsync();
        await using Image mine = await pool.CreateAndOpenAsync(5000);
        await using Image theirs = await Image.OpenAsync(
            await pool.ConnectAnotherAsync(), "image", null, readOnly: false, CancellationToken.None);

        for (int i = 0; i < 20; i++)
        {
            await Task.WhenAll(ResizeAsync(mine, 1000), ResizeAsync(theirs, 9000));
            await mine.RefreshAsync(CancellationToken.None);
            VolumeInfo? volume = await pool.Volumes.StatAsync(
                new VolumePath(pool.Io.Pool.Directory, "image", "admin"), CancellationToken.None);

            Assert.Contains(mine.Size, (ulong[])[1000, 9000]);
            Assert.True(volume!.Size >= mine.Size);
            await mine.WriteAsync(mine.Size - 1, new byte[] { 1 });
        }
    }

    private static Task ResizeAsync(Image image, ulong size) =>
        image.ResizeAsync(size, allowShrink: true, null, CancellationToken.None);

    private static async Task WithImageAsync(Func<Image, Task> test)
    {
        await using TestPool pool = await TestPool.CreateAsync();
        await using Image image = await pool.CreateAndOpenAsync(100);
        await test(image);
    }
}
