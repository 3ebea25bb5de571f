using CurveRbd.Cli.Devices;

namespace CurveRbd.Cli.Tests;

public sealed class DeviceLinkTests : IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("curverbd-links-").FullName;

    public void Dispose() => Directory.Delete(_root, recursive: true);

    [Fact]
    public void TryCreate_points_to_the_device_and_replaces_an_older_link()
    {
        var path = new ImagePath("p", "ns", "i", "s");
        Assert.True(new DeviceLink(path, 1, _root).TryCreate(out _));

        Assert.True(new DeviceLink(path, 2, _root).TryCreate(out _));

        Assert.Equal("/dev/nbd2", new FileInfo(Path.Combine(_root, "p/ns/i@s")).LinkTarget);
    }

    [Fact]
    public void Remove_leaves_the_link_of_another_device()
    {
        var path = new ImagePath("p", "", "i", "");
        var first = new DeviceLink(path, 1, _root);
        first.TryCreate(out _);
        var second = new DeviceLink(path, 2, _root);
        second.TryCreate(out _);

        first.Remove();
        Assert.Equal("/dev/nbd2", new FileInfo(Path.Combine(_root, "p/i")).LinkTarget);
        second.Remove();
        Assert.False(Path.Exists(Path.Combine(_root, "p/i")));
    }

    [Fact]
    public void TryCreate_name_that_leads_out_of_the_directory_makes_no_link()
    {
        string root = Directory.CreateDirectory(Path.Combine(_root, "rbd")).FullName;

        Assert.True(new DeviceLink(new ImagePath("p", "", "../../out", ""), 1, root).TryCreate(out _));

        Assert.Equal([root], Directory.GetFileSystemEntries(_root));
    }
}
