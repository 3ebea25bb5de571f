using CurveRbd.Store;

namespace CurveRbd.Rbd.Tests;

public sealed class FeatureTests
{
    [Theory]
    [InlineData(61, 8, false, 1 | 4 | 32)]       // fast-diff goes with object-map
    [InlineData(61, 16, false, 1 | 4 | 32)]      // and object-map with fast-diff
    [InlineData(61, 4 | 8 | 16, false, 1 | 32)]
    [InlineData(61, 32, false, 61 & ~32)]
    [InlineData(61, 64, true, 61 | 64)]
    [InlineData(1, 4, true, 5)]
    [InlineData(1, 4 | 8, true, 29)]
    [InlineData(5, 16, true, 29)]
    public async Task Update_switches_and_follows_dependencies(ulong before, ulong mask, bool enable, ulong expected)
    {
        await using TestPool pool = await TestPool.CreateAsync();
        await using Image image = await OpenAsync(pool, before);

        await image.UpdateFeaturesAsync(mask, enable, CancellationToken.None);

        Assert.Equal(expected, image.Features);
        await using Image again = await pool.OpenAsync("image");
        Assert.Equal(expected, again.Features);
    }

    [Theory]
    [InlineData(61, 0, true)]
    [InlineData(61, 0, false)]
    [InlineData(61, 4, true)]      // is on
    [InlineData(1, 4, false)]      // is off
    [InlineData(61, 1, false)]     // immutable
    [InlineData(61, 2, true)]
    [InlineData(61, 128, true)]
    [InlineData(61, 256, true)]
    [InlineData(61, 512, true)]
    [InlineData(61, 1024, true)]
    [InlineData(61, 1 << 12, true)]
    [InlineData(1, 32, true)]      // can only be switched off
    [InlineData(1, 8, true)]       // needs exclusive-lock
    [InlineData(1, 64, true)]
    [InlineData(61, 4, false)]     // object-map needs it
    [InlineData(5 | 64, 4, false)] // journaling needs it
    public async Task Update_against_the_rules_is_EINVAL(ulong before, ulong mask, bool enable)
    {
        await using TestPool pool = await TestPool.CreateAsync();
        await using Image image = await OpenAsync(pool, before);

        await Refused.WithAsync(Errno.EINVAL, () => image.UpdateFeaturesAsync(mask, enable, CancellationToken.None));
        Assert.Equal(before, image.Features);
    }

    [Fact]
    public async Task Update_read_only_is_EROFS()
    {
        await using TestPool pool = await TestPool.CreateAsync();
        await pool.CreateImageAsync("image", 1);
        await using Image image = await pool.OpenAsync("image", readOnly: true);

        await Refused.WithAsync(Errno.EROFS, () => image.UpdateFeaturesAsync(64, true, CancellationToken.None));
    }

    [Fact]
    public async Task Late_object_map_is_invalid_until_it_is_switched_off()
    {
        await using TestPool pool = await TestPool.CreateAsync();
        await using Image image = await OpenAsync(pool, 5);

        await image.UpdateFeaturesAsync(ImageFeatures.ObjectMap, true, CancellationToken.None);
        Assert.Equal(ImageFlags.ObjectMapInvalid | ImageFlags.FastDiffInvalid, image.Flags);
        await image.UpdateFeaturesAsync(ImageFeatures.ObjectMap, false, CancellationToken.None);

        Assert.Equal(0ul, image.Flags);
    }

    [Theory]
    [InlineData(61, "deep-flatten,exclusive-lock,fast-diff,layering,object-map")]
    [InlineData(0, "")]
    public void ToText_joins_sorted_names(ulong features, string expected) =>
        Assert.Equal(expected, ImageFeatures.ToText(features));

    [Fact]
    public void ToText_unknown_bit_is_EINVAL()
    {
        StorageException error = Assert.Throws<StorageException>(() => ImageFeatures.ToText(1 << 12));

        Assert.Equal(Errno.EINVAL, error.Errno);
    }

    [Theory]
    [InlineData("", true, 61)]
    [InlineData("5", true, 5)]
    [InlineData("layering,exclusive-lock", true, 5)]
    [InlineData("layering,nonsense,striping", false, 3)]
    public void TryParse_names_numbers_and_nothing(string text, bool isKnown, ulong expected)
    {
        Assert.Equal(isKnown, ImageFeatures.TryParse(text, out ulong features));
        Assert.Equal(expected, features);
    }

    private static Task<Image> OpenAsync(TestPool pool, ulong features)
    {
        var options = new ImageOptions();
        options.Set(ImageOption.Features, features);
        return pool.CreateAndOpenAsync(1, options);
    }
}
