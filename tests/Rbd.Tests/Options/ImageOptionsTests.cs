using CurveRbd.Store;

namespace CurveRbd.Rbd.Tests;

public sealed class ImageOptionsTests
{
    [Fact]
    public void Set_and_get_keep_any_value()
    {
        var options = new ImageOptions();
        Assert.True(options.IsEmpty);

        options.Set(ImageOption.Order, 99);
        options.Set(ImageOption.DataPool, "data");

        Assert.False(options.IsEmpty);
        Assert.Equal(99ul, options.GetNumber(ImageOption.Order));
        Assert.Equal("data", options.GetText(ImageOption.DataPool).ToString());
        Assert.True(options.IsSet(ImageOption.Order));
        Assert.False(options.IsSet(ImageOption.Features));
    }

    [Fact]
    public void Wrong_type_or_unknown_option_is_EINVAL()
    {
        var options = new ImageOptions();

        Expect(Errno.EINVAL, () => options.Set(ImageOption.DataPool, 1));
        Expect(Errno.EINVAL, () => options.Set(ImageOption.Order, "22"));
        Expect(Errno.EINVAL, () => options.Set((ImageOption)14, 1));
        Expect(Errno.EINVAL, () => options.Set((ImageOption)(-1), "x"));
        Expect(Errno.EINVAL, () => options.GetNumber(ImageOption.JournalPool));
        Expect(Errno.EINVAL, () => options.GetText(ImageOption.Order));
        Expect(Errno.EINVAL, () => options.IsSet((ImageOption)14));
        Expect(Errno.EINVAL, () => options.Unset((ImageOption)14));
    }

    [Fact]
    public void Unset_option_is_ENOENT()
    {
        var options = new ImageOptions();

        Expect(Errno.ENOENT, () => options.GetNumber(ImageOption.Order));
        Expect(Errno.ENOENT, () => options.GetText(ImageOption.DataPool));
        Expect(Errno.ENOENT, () => options.Unset(ImageOption.Order));
    }

    [Fact]
    public void Unset_and_clear_forget()
    {
        var options = new ImageOptions();
        options.Set(ImageOption.Order, 22);
        options.Set(ImageOption.DataPool, "data");

        options.Unset(ImageOption.Order);
        Assert.False(options.IsSet(ImageOption.Order));
        options.Clear();

        Assert.True(options.IsEmpty);
    }

    private static void Expect(Errno errno, Action action) =>
        Assert.Equal(errno, Assert.Throws<StorageException>(action).Errno);
}
