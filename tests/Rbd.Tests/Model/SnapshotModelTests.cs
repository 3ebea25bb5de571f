namespace CurveRbd.Rbd.Tests;

/// <summary>
/// Random operations on an image with snapshots against byte arrays. CURVERBD_MODEL_RUNS sets how many seeds the longer test tries (1),
/// CURVERBD_MODEL_SEED the first of them (100).
/// </summary>
public sealed class SnapshotModelTests(ITestOutputHelper output)
{
    public static TheoryData<int, bool> Cases
    {
        get
        {
            var cases = new TheoryData<int, bool>();
            for (int seed = 1; seed <= 4; seed++)
                cases.Add(seed, seed % 2 == 0);
            return cases;
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task Random_operations_match_byte_arrays(int seed, bool isCurve) => await RunAsync(seed, isCurve, steps: 80);

    [Fact]
    public async Task Random_operations_for_longer_match_byte_arrays()
    {
        int runs = ReadSetting("CURVERBD_MODEL_RUNS", 1);
        int first = ReadSetting("CURVERBD_MODEL_SEED", 100);
        for (int seed = first; seed < first + runs; seed++)
            await RunAsync(seed, isCurve: seed % 2 == 0, steps: 150);
    }

    [Fact]
    public async Task Random_operations_on_the_embedded_store_match_byte_arrays()
    {
        await using TestPool pool = await TestPool.CreateLocalAsync();
        await RunAsync(pool, seed: 7, steps: 40);
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task Random_operations_with_clones_match_byte_arrays(int seed, bool isCurve) => await RunWithClonesAsync(seed, isCurve, steps: 60);

    [Fact]
    public async Task Random_operations_with_clones_for_longer_match_byte_arrays()
    {
        int runs = ReadSetting("CURVERBD_MODEL_RUNS", 1);
        int first = ReadSetting("CURVERBD_MODEL_SEED", 100);
        for (int seed = first; seed < first + runs; seed++)
            await RunWithClonesAsync(seed, isCurve: seed % 2 == 0, steps: 120);
    }

    private static int ReadSetting(string variable, int otherwise) =>
        int.TryParse(Environment.GetEnvironmentVariable(variable), out int value) ? value : otherwise;

    private async Task RunAsync(int seed, bool isCurve, int steps)
    {
        await using TestPool pool = await TestPool.CreateAsync(isCurve ? TestPool.CurveLimits : TestPool.ByteLimits);
        await RunAsync(pool, seed, steps);
    }

    private async Task RunAsync(TestPool pool, int seed, int steps)
    {
        SnapshotModelClients clients = await SnapshotModelClients.ConnectAsync(pool);
        SnapshotModel model = await SnapshotModel.CreateAsync(pool, "image", clients, new Random(seed));
        await RunAsync(seed, steps, model.Steps, model.StepAsync, model.VerifyAllAsync);
        await model.CloseAsync();
    }

    private async Task RunWithClonesAsync(int seed, bool isCurve, int steps)
    {
        await using TestPool pool = await TestPool.CreateAsync(isCurve ? TestPool.CurveLimits : TestPool.ByteLimits);
        CloneModel model = await CloneModel.StartAsync(pool, new Random(seed));
        await RunAsync(seed, steps, model.Steps, model.StepAsync, model.VerifyAllAsync);
        await model.CloseAsync();
    }

    private async Task RunAsync(int seed, int steps, IReadOnlyList<string> done, Func<Task> step, Func<Task> verify)
    {
        try
        {
            for (int i = 0; i < steps; i++)
            {
                await step();
                if (i % 10 == 9)
                    await verify();
            }
        }
        catch
        {
            output.WriteLine($"seed {seed}, {done.Count} steps:");
            foreach (string earlier in done)
                output.WriteLine(earlier);
            throw;
        }
    }
}
