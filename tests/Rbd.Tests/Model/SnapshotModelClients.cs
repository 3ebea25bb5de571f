using CurveRbd.Rados;

namespace CurveRbd.Rbd.Tests;

/// <summary>Who uses an image besides the one that writes.</summary>
internal sealed record SnapshotModelClients(IoContext Other, IoContext Viewer)
{
    public static async Task<SnapshotModelClients> ConnectAsync(TestPool pool) =>
        new(await pool.ConnectAnotherAsync(), await pool.ConnectAnotherAsync());
}
