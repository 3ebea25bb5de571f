using System.Security.Cryptography;

namespace CurveRbd.Rbd.Tests;

/// <summary>What a user sees of a pool: images, snapshots and trash with their sizes and contents.</summary>
internal sealed record PoolState(string Text)
{
    public static async Task<PoolState> ReadAsync(TestPool pool)
    {
        var lines = new List<string>();
        foreach (ImageSpec image in await ImageDirectory.ListAsync(pool.Io, CancellationToken.None))
            await DescribeAsync(pool, image.Name.ToString(), image.Id, lines);
        foreach (TrashEntry trashed in await ImageTrash.ListAsync(pool.Io, CancellationToken.None))
            await DescribeAsync(pool, $"trash:{trashed.Name}", trashed.Id, lines);
        lines.Sort(StringComparer.Ordinal);
        return new PoolState(string.Join('\n', lines));
    }

    private static async Task DescribeAsync(TestPool pool, string name, string id, List<string> lines)
    {
        await using Image image = await Image.OpenByIdAsync(pool.Io, id, null, readOnly: true, CancellationToken.None);
        ImageParent? parent = await image.GetParentAsync(CancellationToken.None);
        lines.Add($"{name} {await DescribeAsync(image)} parent {parent?.ImageName.ToString() ?? "none"}");
        foreach (Snapshot snapshot in await image.Snapshots.ListAsync(CancellationToken.None))
        {
            await image.SetSnapshotAsync(snapshot.Id, CancellationToken.None);
            lines.Add($"{name}@{snapshot.Name} {(snapshot.IsProtected ? "protected " : "")}{await DescribeAsync(image)}");
        }
    }

    private static async Task<string> DescribeAsync(Image image)
    {
        var content = new byte[image.Size];
        if (content.Length > 0)
            await image.ReadAsync(0, content);
        return $"{content.Length} {Convert.ToHexString(SHA256.HashData(content))[..12]}";
    }
}
