namespace CurveRbd.Rbd.Tests;

/// <summary>Random operations on an image against a byte array.</summary>
public sealed class ModelTests(ITestOutputHelper output)
{
    private const int SizeMax = 40000;
    private const int Operations = 400;

    public static TheoryData<bool, int> Runs
    {
        get
        {
            var runs = new TheoryData<bool, int>();
            foreach (bool isCurve in (bool[])[false, true])
            {
                for (int seed = 1; seed <= 8; seed++)
                    runs.Add(isCurve, seed);
                // One that nobody has run before; the output names it, so that it can become a fixed one.
                runs.Add(isCurve, Environment.TickCount & 0xFFFFFF);
            }

            return runs;
        }
    }

    [Theory]
    [MemberData(nameof(Runs), DisableDiscoveryEnumeration = true)]
    public async Task Random_operations_match_a_byte_array(bool isCurve, int seed)
    {
        output.WriteLine($"isCurve {isCurve}, seed {seed}");
        await using TestPool pool = await TestPool.CreateAsync(isCurve ? TestPool.CurveLimits : TestPool.ByteLimits);
        var run = await ModelRun.StartAsync(pool, new Random(seed), SizeMax);

        for (int i = 0; i < Operations; i++)
        {
            string step = await run.StepAsync();
            Assert.True(await run.MatchesAsync(), $"seed {seed}, operation {i}: {step}");
        }

        await run.Image.CloseAsync();
    }

    [Theory]
    [InlineData(false, 1)]
    [InlineData(true, 1)]
    [InlineData(true, 2)]
    public async Task Requests_in_flight_together_end_as_if_one_after_the_other(bool isCurve, int seed)
    {
        var random = new Random(seed);
        var interceptor = new Interceptor { Before = _ => Task.Run(() => Thread.SpinWait(random.Next(2000))) };
        await using TestPool pool = await TestPool.CreateAsync(isCurve ? TestPool.CurveLimits : TestPool.ByteLimits);
        await pool.CreateImageAsync("image", SizeMax);
        await using Image image = await IoTests.OpenInterceptedAsync(pool, interceptor);
        var model = new byte[SizeMax];
        var running = new List<Task>();

        for (int i = 0; i < 2000; i++)
        {
            int offset = random.Next(SizeMax);
            int length = random.Next(1, Math.Min(9000, SizeMax - offset + 1));
            Span<byte> range = model.AsSpan(offset, length);
            switch (random.Next(3))
            {
                case 0:
                    range.Clear();
                    running.Add(image.DiscardAsync((ulong)offset, (ulong)length).AsTask());
                    break;
                case 1:
                    random.NextBytes(range);
                    running.Add(image.WriteAsync((ulong)offset, range.ToArray()).AsTask());
                    break;
                default:
                    running.Add(ReadAndCompareAsync(image, offset, range.ToArray()));
                    break;
            }
        }

        await Task.WhenAll(running);
        await ReadAndCompareAsync(image, 0, model);
    }

    private static async Task ReadAndCompareAsync(Image image, int offset, byte[] expected)
    {
        var read = new byte[expected.Length];
        await image.ReadAsync((ulong)offset, read);
        Assert.True(expected.AsSpan().SequenceEqual(read), $"{expected.Length} bytes at {offset}");
    }
}
