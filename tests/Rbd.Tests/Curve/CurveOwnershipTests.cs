using CurveRbd.Etcd.Tests;
using CurveRbd.Rados;
using CurveRbd.Store;

namespace CurveRbd.Rbd.Tests;

/// <summary>Who writes to an image on CurveBS after its owner died.</summary>
public sealed class CurveOwnershipTests(EtcdServer etcd) : IClassFixture<EtcdServer>
{
    [Theory]
    [InlineData("direct")]
    [InlineData("nebd")]
    public async Task Writes_of_an_owner_that_was_given_up_bounce_once_another_has_taken_over(string io)
    {
        await using CurvePool curve = await CurvePool.StartAsync(etcd, io);
        await curve.Pool.CreateImageAsync("image", 1 << 20);
        IoContext lost = await curve.Pool.ConnectAnotherAsync();
        Image old = await Image.OpenAsync(lost, "image", null, readOnly: false, CancellationToken.None);
        await old.WriteAsync(0, new byte[] { 1 });
        await TestPool.KillAsync(lost);

        await using Image successor = await curve.Pool.OpenAsync("image");
        await successor.WriteAsync(0, new byte[] { 2 });

        // Below the image, where nothing but the cluster keeps a late write out.
        await Assert.ThrowsAsync<StorageException>(async () => await old.Volume.WriteAsync(0, new byte[4096]));
        var read = new byte[1];
        await successor.ReadAsync(0, read);
        Assert.Equal(2, read[0]);
    }
}
