using CurveRbd.Store;

namespace CurveRbd.Curve.Tests;

public class CurveSettingsTests
{
    [Fact]
    public void Read_addresses_and_password()
    {
        CurveOptions options = CurveSettings.Read(
            new Dictionary<string, string> { ["curve_mds"] = "10.0.0.1:6666, 10.0.0.2:6666", ["curve_root_password"] = "secret", ["curve_io"] = "direct", ["rados_osd_op_timeout"] = "2.5" }, "glance");

        Assert.Equal(["10.0.0.1:6666", "10.0.0.2:6666"], options.MdsAddresses);
        Assert.Equal(("glance", "secret", 2.5), (options.User, options.RootPassword, options.OperationTimeout.TotalSeconds));
    }

    [Theory]
    [InlineData("curve_mds", "", Errno.EINVAL)]
    [InlineData("curve_io", "nebd", Errno.EINVAL)]
    [InlineData("curve_io", "nebd:nebd.sock", Errno.EINVAL)]
    [InlineData("rados_osd_op_timeout", "soon", Errno.EINVAL)]
    [InlineData("curve_root_user", "admin", Errno.EOPNOTSUPP)]
    public void Read_what_can_not_be_done_is_refused_and_named(string key, string value, Errno errno)
    {
        var settings = new Dictionary<string, string> { ["curve_mds"] = "10.0.0.1:6666" };
        settings[key] = value;

        StorageException error = Assert.Throws<StorageException>(() => CurveSettings.Read(settings, "admin"));

        Assert.Equal(errno, error.Errno);
        Assert.Contains(key, error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", "")]
    [InlineData("direct", "")]
    [InlineData("nebd:/data/nebd/nebd.sock", "/data/nebd/nebd.sock")]
    public void Read_the_way_of_the_bytes(string io, string socket)
    {
        CurveOptions options = CurveSettings.Read(new Dictionary<string, string> { ["curve_mds"] = "10.0.0.1:6666", ["curve_io"] = io }, "admin");

        Assert.Equal(socket, options.NebdSocket);
    }

    [Fact]
    public async Task ConnectAsync_an_address_that_is_none_is_EINVAL()
    {
        var options = new CurveOptions { MdsAddresses = ["mds.example:6666"], User = "admin" };

        StorageException error = await Assert.ThrowsAsync<StorageException>(() => CurveVolumeStore.ConnectAsync(options, TimeProvider.System, Fixture.Token));

        Assert.Equal(Errno.EINVAL, error.Errno);
    }
}
