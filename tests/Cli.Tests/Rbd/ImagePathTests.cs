using CurveRbd.Store;

namespace CurveRbd.Cli.Tests;

public class ImagePathTests
{
    [Theory]
    [InlineData("a", "", "", "a", "")]
    [InlineData("p/a", "p", "", "a", "")]
    [InlineData("p/n/a", "p", "n", "a", "")]
    [InlineData("p/n/a@s", "p", "n", "a", "s")]
    [InlineData("a/b/c/d", "a", "b", "c/d", "")]
    [InlineData("a@b@c", "", "", "a", "b@c")]
    [InlineData("a/b@c/d", "a", "", "b", "c/d")]
    [InlineData("a/", "", "", "a/", "")]
    [InlineData("/a", "", "", "/a", "")]
    [InlineData("a//b", "a", "", "/b", "")]
    [InlineData("a/b/", "a", "", "b/", "")]
    public void WithSpec_of_something_existing_splits_it(string spec, string pool, string ns, string image, string snapshot)
    {
        ImagePath path = ImagePath.Empty.WithSpec(spec, SpecRule.Existing);

        Assert.Equal(new ImagePath(pool, ns, image, snapshot), path);
    }

    [Theory]
    [InlineData("@a", SpecRule.Existing)]
    [InlineData("a@", SpecRule.Existing)]
    [InlineData("a/@b", SpecRule.NewImage)]
    [InlineData("a/", SpecRule.NewImage)]
    [InlineData("/a", SpecRule.NewImage)]
    [InlineData("a/b/", SpecRule.NewImage)]
    [InlineData("p//a", SpecRule.NewImage)]
    [InlineData("a/b/c/d", SpecRule.NewImage)]
    [InlineData("a@b/c", SpecRule.NewSnapshot)]
    [InlineData("a@b@c", SpecRule.NewSnapshot)]
    internal void WithSpec_of_no_spec_is_EINVAL(string spec, SpecRule rule)
    {
        var error = Assert.Throws<CommandException>(() => ImagePath.Empty.WithSpec(spec, rule));

        Assert.Equal($"invalid spec '{spec}'", error.Line);
        Assert.Equal((int)Errno.EINVAL, error.ExitCode);
    }

    [Fact]
    public void WithSpec_keeps_what_it_does_not_name()
    {
        var options = new ImagePath("p", "n", "", "s");

        Assert.Equal(new ImagePath("p", "n", "a", "s"), options.WithSpec("a", SpecRule.Existing));
    }

    [Theory]
    [InlineData("")]
    [InlineData("/")]
    [InlineData("p/")]
    [InlineData("p/n/x")]
    public void WithPoolSpec_of_no_spec_is_EINVAL(string spec)
    {
        Assert.Throws<CommandException>(() => ImagePath.Empty.WithPoolSpec(spec));
    }
}
