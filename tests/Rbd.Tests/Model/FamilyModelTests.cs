namespace CurveRbd.Rbd.Tests;

/// <summary>
/// Random operations on images and their clones against byte arrays. CURVERBD_MODEL_RUNS sets how many seeds the longer test tries (1),
/// CURVERBD_MODEL_SEED the first of them (200).
/// </summary>
public sealed class FamilyModelTests(ITestOutputHelper output)
{
    [Theory]
    [InlineData(1, false)]
    [InlineData(2, true)]
    [InlineData(3, false)]
    [InlineData(4, true)]
    public Task Random_operations_match_byte_arrays(int seed, bool isCurve) => RunAsync(seed, isCurve, steps: 150);

    [Theory]
    [InlineData(500072, true, 60)] // flattens a clone that was cut within a block and has grown again
    public Task Operations_that_once_read_wrong_match_byte_arrays(int seed, bool isCurve, int steps) => RunAsync(seed, isCurve, steps);

    [Fact]
    public async Task Random_operations_for_longer_match_byte_arrays()
    {
        int runs = ReadSetting("CURVERBD_MODEL_RUNS", 1);
        int first = ReadSetting("CURVERBD_MODEL_SEED", 200);
        for (int seed = first; seed < first + runs; seed++)
            await RunAsync(seed, isCurve: seed % 2 == 0, steps: 300);
    }

    private static int ReadSetting(string variable, int otherwise) =>
        int.TryParse(Environment.GetEnvironmentVariable(variable), out int value) ? value : otherwise;

    private async Task RunAsync(int seed, bool isCurve, int steps)
    {
        await using TestPool pool = await TestPool.CreateAsync(isCurve ? TestPool.CurveLimits : TestPool.ByteLimits);
        FamilyModel model = await FamilyModel.StartAsync(pool, new Random(seed));
        try
        {
            for (int i = 0; i < steps; i++)
            {
                await model.StepAsync();
                if (i % 10 == 9)
                    await model.VerifyAllAsync();
            }

            await PoolConsistency.CheckAsync(pool.Io, repair: true, CancellationToken.None);
            await model.VerifyAllAsync();
            await model.CloseAsync();
            IReadOnlyList<CheckFinding> found = await PoolConsistency.CheckAsync(pool.Io, repair: false, CancellationToken.None);
            Assert.Equal([], found.Where(finding => finding.Severity != CheckSeverity.Pending));
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
