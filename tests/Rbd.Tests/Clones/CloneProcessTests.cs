using System.Buffers.Binary;
using System.Globalization;
using CurveRbd.Tests;

namespace CurveRbd.Rbd.Tests;

/// <summary>A clone that one process writes to while another cuts it from its parent.</summary>
public sealed class CloneProcessTests
{
    private const int Slots = 640; // over forty clusters
    private const long OfParent = -7;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Flatten_beside_a_writing_process_loses_nothing_of_either(bool isKilled)
    {
        await using TestPool pool = await TestPool.CreateLocalAsync();
        await CreateCloneAsync(pool);
        await using ChildProcess child = ChildProcess.Start("write-and-flush", pool.Directory);
        for (int i = 0; i < 20; i++)
            await child.HearAsync();

        await using (Image clone = await pool.OpenAsync("image"))
            await clone.FlattenAsync(null, CancellationToken.None);
        await RemoveParentAsync(pool);
        long last = 0;
        for (int i = 0; i < 50; i++)
            last = long.Parse(await child.HearAsync(), CultureInfo.InvariantCulture);
        if (isKilled)
            await child.KillAsync();
        else
            last = await StopAsync(child);

        await using Image image = await pool.OpenAsync("image");
        long[] found = await ReadAsync(image);
        Assert.True(found.Max() >= last, $"{last} was acknowledged, {found.Max()} is the last one there");
        Assert.Equal(PrefixOf(found.Max()), found);
        Assert.True(await image.Merging.RunAsync(CancellationToken.None));
        Assert.Equal(found, await ReadAsync(image));
        await image.CloseAsync();
        Assert.Equal(["image"], await pool.ListVolumesAsync());
    }

    private static async Task CreateCloneAsync(TestPool pool)
    {
        await using Image parent = await pool.CreateAndOpenAsync(Slots * 4096, name: "parent");
        var content = new byte[Slots * 4096];
        for (int offset = 0; offset < content.Length; offset += 4096)
        {
            BinaryPrimitives.WriteInt64LittleEndian(content.AsSpan(offset), OfParent);
            BinaryPrimitives.WriteInt64LittleEndian(content.AsSpan(offset + 4096 - sizeof(long)), OfParent);
        }

        await parent.WriteAsync(0, content);
        await CloneFixture.SnapAsync(parent, "snap");
        await ImageClone.CloneAsync(pool.Io, "parent", "snap", pool.Io, "image", CloneFixture.Format(2), CancellationToken.None);
    }

    private static async Task RemoveParentAsync(TestPool pool)
    {
        await using (Image parent = await pool.OpenAsync("parent"))
            await CloneFixture.RemoveSnapAsync(parent, "snap");
        await pool.RemoveAsync("parent");
    }

    private static async Task<long> StopAsync(ChildProcess child)
    {
        await child.SayAsync("enough");
        long last = 0;
        for (string line = await child.HearAsync(); line != "end"; line = await child.HearAsync())
            last = long.Parse(line, CultureInfo.InvariantCulture);
        Assert.Equal(0, await child.EndAsync());
        return last;
    }

    private static long[] PrefixOf(long count)
    {
        long[] slots = [.. Enumerable.Repeat(OfParent, Slots)];
        for (long n = 1; n <= count; n++)
            slots[ChildScript.SlotOf(n, Slots)] = n;
        return slots;
    }

    private static async Task<long[]> ReadAsync(Image image)
    {
        var read = new byte[Slots * 4096];
        await image.ReadAsync(0, read);
        return [.. Enumerable.Range(0, Slots).Select(slot => BinaryPrimitives.ReadInt64LittleEndian(read.AsSpan(slot * 4096)))];
    }
}
