using Microsoft.Extensions.Time.Testing;

namespace CurveRbd.Rbd.Tests;

public sealed class TimesTests
{
    [Fact]
    public async Task Times_follow_use_at_most_once_a_minute_and_are_kept()
    {
        await using TestPool pool = await TestPool.CreateAsync();
        await pool.CreateImageAsync("image", 100);
        var time = new FakeTimeProvider(DateTimeOffset.UtcNow.AddHours(1));
        Image image = await OpenAsync(pool, time);
        DateTimeOffset created = image.Created;
        Assert.Equal((created, created), (image.Accessed, image.Modified));

        DateTimeOffset first = time.GetUtcNow();
        await image.ReadAsync(0, new byte[1]);
        await image.WriteAsync(0, new byte[1]);
        time.Advance(TimeSpan.FromSeconds(59));
        await image.ReadAsync(0, new byte[1]);
        await image.WriteAsync(0, new byte[1]);
        Assert.Equal((first, first), (image.Accessed, image.Modified));
        time.Advance(TimeSpan.FromSeconds(1));
        await image.WriteAsync(0, new byte[1]);
        Assert.Equal((first, first.AddSeconds(60)), (image.Accessed, image.Modified));
        await image.CloseAsync();

        await using Image again = await OpenAsync(pool, time);
        Assert.Equal((created, first, first.AddSeconds(60)), (again.Created, again.Accessed, again.Modified));
    }

    [Fact]
    public async Task Using_an_image_is_no_update()
    {
        await using TestPool pool = await TestPool.CreateAsync();
        await pool.CreateImageAsync("image", 100);
        var time = new FakeTimeProvider(DateTimeOffset.UtcNow.AddHours(1));
        Image image = await OpenAsync(pool, time);
        int updates = 0;
        using IDisposable watch = image.WatchUpdates(() => updates++);

        await image.WriteAsync(0, new byte[1]);
        await image.CloseAsync();

        Assert.Equal(0, updates);
    }

    private static Task<Image> OpenAsync(TestPool pool, TimeProvider time) =>
        Image.OpenAsync(pool.Io, "image", null, readOnly: false, time, CancellationToken.None);
}
