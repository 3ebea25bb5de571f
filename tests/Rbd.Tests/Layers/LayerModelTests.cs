using CurveRbd.Store;

namespace CurveRbd.Rbd.Tests;

/// <summary>
/// Random operations with crashes, against the oracle. CURVERBD_MODEL_RUNS sets how many seeds the longer test tries (1),
/// CURVERBD_MODEL_SEED the first of them (4).
/// </summary>
public sealed class LayerModelTests(ITestOutputHelper output)
{
    private static readonly VolumeLimits s_files = new(
        BlockSize: 1, SizeMin: 0, SizeGranularity: 1, SizeMax: 1UL << 50, CanShrink: true, WritesAreDurable: false, NameLengthMax: 255);

    private static readonly VolumeLimits s_blocks = new(
        BlockSize: 4096, SizeMin: 10UL << 30, SizeGranularity: 1UL << 30, SizeMax: 4UL << 40, CanShrink: false,
        WritesAreDurable: true, NameLengthMax: 255);

    public static TheoryData<int, bool, bool> Cases
    {
        get
        {
            var cases = new TheoryData<int, bool, bool>();
            for (int seed = 1; seed <= 3; seed++)
            {
                cases.Add(seed, true, true);
                cases.Add(seed, false, true);
                cases.Add(seed, true, false);
                cases.Add(seed, false, false);
            }

            return cases;
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task Random_operations_with_crashes_read_as_the_oracle_allows(int seed, bool isBlocks, bool isDurable)
    {
        await RunAsync(seed, isBlocks, isDurable, steps: 400);
    }

    [Theory]
    [InlineData(500013, false, true, 620)] // a discard above a layer whose only entries were not durable yet
    public async Task Operations_that_once_read_wrong_read_as_the_oracle_allows(int seed, bool isBlocks, bool isDurable, int steps)
    {
        await RunAsync(seed, isBlocks, isDurable, steps);
    }

    [Fact]
    public async Task Random_operations_for_longer_read_as_the_oracle_allows()
    {
        int runs = ReadSetting("CURVERBD_MODEL_RUNS", 1);
        int first = ReadSetting("CURVERBD_MODEL_SEED", 4);
        for (int seed = first; seed < first + runs; seed++)
            await RunAsync(seed, isBlocks: seed % 2 == 0, isDurable: seed % 4 < 2, steps: 2000);
    }

    private static int ReadSetting(string variable, int otherwise) =>
        int.TryParse(Environment.GetEnvironmentVariable(variable), out int value) ? value : otherwise;

    private async Task RunAsync(int seed, bool isBlocks, bool isDurable, int steps)
    {
        var model = new LayerModel(seed, (isBlocks ? s_blocks : s_files) with { WritesAreDurable = isDurable });
        try
        {
            await model.RunAsync(steps, withCrashes: seed % 5 != 0);
        }
        finally
        {
            output.WriteLine($"seed {seed}, blocks {isBlocks}, durable {isDurable}: {model.StepCount} steps, {model.CrashCount} crashes, {model.FailureCount} failures, {model.MergedCount} merges");
        }
    }
}
