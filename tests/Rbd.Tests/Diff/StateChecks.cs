using CurveRbd.Store;

namespace CurveRbd.Rbd.Tests;

internal static class StateChecks
{
    public static async Task<byte[]> ReadAllAsync(this Image image)
    {
        var all = new byte[image.Size];
        if (all.Length > 0)
            await image.ReadAsync(0, all);
        return all;
    }

    /// <summary>Both images have the same snapshots, of users, with the same bytes, and the same bytes now.</summary>
    public static async Task HasStatesOfAsync(this Image copy, Image source)
    {
        IReadOnlyList<Snapshot> expected = await ListAsync(source);
        IReadOnlyList<Snapshot> found = await ListAsync(copy);
        Assert.Equal(expected.Select(Describe), found.Select(Describe));
        foreach (Snapshot snapshot in expected)
        {
            await using Image left = await OpenAsync(source, snapshot.Name);
            await using Image right = await OpenAsync(copy, snapshot.Name);
            AreEqual(await left.ReadAllAsync(), await right.ReadAllAsync(), $"at {snapshot.Name}");
        }

        AreEqual(await source.ReadAllAsync(), await copy.ReadAllAsync(), "at the end");
    }

    public static async Task<Image> OpenAsync(this Image image, ByteName snapshot) =>
        await Image.OpenByIdAsync(image.IoContext, image.Id, snapshot, readOnly: true, CancellationToken.None);

    private static void AreEqual(byte[] expected, byte[] found, string where)
    {
        int common = expected.AsSpan().CommonPrefixLength(found);
        Assert.True(expected.Length == found.Length && common == expected.Length, $"{where}: byte {common} of {expected.Length} differs");
    }

    private static string Describe(Snapshot snapshot) => $"{snapshot.Name}, {snapshot.Size}, {snapshot.IsProtected}";

    private static async Task<IReadOnlyList<Snapshot>> ListAsync(Image image) =>
        [.. (await image.Snapshots.ListAsync(CancellationToken.None)).Where(one => one.NamespaceType == SnapshotNamespaceType.User)];
}
