using CurveRbd.Store;

namespace CurveRbd.Curve.Tests;

public class NebdFileNameTests
{
    [Theory]
    [InlineData("/pool/vm-1", "alice", "/pool/vm-1", "alice")]
    [InlineData("/pool/vm_1_", "alice", "/pool/vm_1_", "alice")]
    [InlineData("/pool/a:b", "alice", "/pool/a:b", "alice")]
    public void Create_is_read_by_a_server_as_what_was_meant(string path, string owner, string expectedPath, string expectedOwner)
    {
        string name = NebdFileName.Create(path, owner);

        Assert.Equal(new TestCluster.NebdFileName(expectedPath, expectedOwner), TestCluster.NebdFileName.Parse(name));
    }

    [Fact]
    public void Create_twice_gives_two_spellings() =>
        Assert.NotEqual(NebdFileName.Create("/pool/vm-1", "alice"), NebdFileName.Create("/pool/vm-1", "alice"));

    [Theory]
    [InlineData("root", Errno.EPERM)]
    [InlineData("a_b", Errno.EINVAL)]
    [InlineData("", Errno.EINVAL)]
    public void Create_an_owner_that_nebd_can_not_name_is_refused(string owner, Errno errno)
    {
        StorageException error = Assert.Throws<StorageException>(() => NebdFileName.Create("/pool/vm-1", owner));

        Assert.Equal(errno, error.Errno);
        Assert.Contains("direct", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("cbd:pool1//cinder/volume-1_cinder_:/etc/curve/client.conf", "/cinder/volume-1", "cinder")]
    [InlineData("cbd:pool1//vol1_user1_", "/vol1", "user1")]
    public void Test_server_reads_the_names_of_the_protocol_s_description(string name, string path, string owner) =>
        Assert.Equal(new TestCluster.NebdFileName(path, owner), TestCluster.NebdFileName.Parse(name));

    [Theory]
    [InlineData("cbd:pool1")]
    [InlineData("rbd:pool1//vol1_user1_")]
    [InlineData("cbd:pool1//vol1")]
    public void Test_server_refuses_a_malformed_name(string name) => Assert.Null(TestCluster.NebdFileName.Parse(name));
}
