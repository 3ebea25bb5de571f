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

    private static int ReadSetting(string variable, int otherwise) =>
        int.TryParse(Environment.GetEnvironmentVariable(variable), out int value) ? value : otherwise;

    private async Task RunAsync(int seed, bool isCurve, int steps)
    {
        await using TestPool pool = await TestPool.CreateAsync(isCurve ? TestPool.CurveLimits : TestPool.ByteLimits);
        await RunAsync(pool, seed, steps);
    }

    private async Task RunAsync(TestPool pool, int seed, int steps)
    {
        SnapshotModel model = await SnapshotModel.StartAsync(pool, new Random(seed));
        try
        {
            for (int i = 0; i < steps; i++)
            {
                await model.StepAsync();
                if (i % 10 == 9)
                    await model.VerifyAllAsync();
            }

            await model.CloseAsync();
        }
        catch
        {
            output.WriteLine($"seed {seed}, {model.Steps.Count} steps:");
            foreach (string step in model.Steps)
                output.WriteLine(step);
            throw;
        }
    }
}
