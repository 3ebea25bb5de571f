using CurveRbd.Store;

namespace CurveRbd.Rbd.Tests;

internal static class SnapshotCalls
{
    public static Task SnapshotAsync(this Image image, ByteName name) =>
        image.Snapshots.CreateAsync(name, SnapshotCreateFlags.None, null, CancellationToken.None);

    public static Task RemoveSnapshotAsync(this Image image, ByteName name, SnapshotRemoveFlags flags = SnapshotRemoveFlags.None) =>
        image.Snapshots.RemoveAsync(name, flags, null, CancellationToken.None);

    public static Task<Image> OpenAtAsync(this TestPool pool, ByteName name, ByteName snapshot, bool readOnly = true) =>
        Image.OpenAsync(pool.Io, name, snapshot, readOnly, CancellationToken.None);
}
