using CurveRbd.Store;

namespace CurveRbd.Rbd.Tests;

/// <summary>Differences cover every byte that differs, and what is reported as a hole reads as zeros.</summary>
public sealed class DiffModelTests
{
    private const int ObjectSize = 1 << DiffModelPool.Order;

    public static TheoryData<bool, bool, int> Runs
    {
        get
        {
            var runs = new TheoryData<bool, bool, int>();
            for (int seed = 0; seed < 3; seed++)
            {
                foreach (bool isCurve in (bool[])[false, true])
                {
                    foreach (bool isClone in (bool[])[false, true])
                        runs.Add(isCurve, isClone, seed);
                }
            }

            return runs;
        }
    }

    [Theory]
    [MemberData(nameof(Runs))]
    public async Task DiffAsync_after_random_operations_covers_what_differs(bool isCurve, bool isClone, int seed)
    {
        var random = new Random(seed);
        await using TestPool pool = await TestPool.CreateAsync(isCurve ? TestPool.CurveLimits : TestPool.ByteLimits);
        var zeros = new byte[3 << 20];
        byte[] origin = isClone ? await DiffModelPool.CreateCloneAsync(pool, zeros, random) : await CreateAsync(pool, zeros);
        await using Image image = await pool.OpenAsync("image");
        var model = new DiffModel(pool, image, [.. origin], random);

        for (int step = 0; step < 80; step++)
        {
            await model.StepAsync();
            if (step % 4 == 3)
                await CheckAsync(model, random, isClone ? origin : []);
        }
    }

    private static async Task<byte[]> CreateAsync(TestPool pool, byte[] zeros)
    {
        await pool.CreateImageAsync("image", (ulong)zeros.Length, DiffModelPool.Options());
        return zeros;
    }

    private static async Task CheckAsync(DiffModel model, Random random, byte[] parent)
    {
        int to = random.Next(model.Snapshots.Count + 1);
        int from = random.Next(-1, Math.Max(0, to));
        bool isHead = to == model.Snapshots.Count;
        await using Image handle = await model.OpenAsync(isHead ? null : model.Snapshots[to].Snapshot);
        byte[] after = isHead ? model.Content : model.Snapshots[to].Content;
        byte[] before = from < 0 ? [] : model.Snapshots[from].Content;
        if (after.Length == 0)
            return;

        var check = new DiffCheck(random, after);
        bool withoutParent = from < 0 && random.Next(2) == 0;
        ByteName? name = from < 0 ? default(ByteName?) : model.Snapshots[from].Snapshot.Name;
        await check.RunAsync(handle, name, includeParent: !withoutParent, ObjectSize);

        check.Covers(withoutParent ? parent.AsSpan(0, (int)Math.Min((ulong)parent.Length, handle.Overlap)) : before);
    }
}
