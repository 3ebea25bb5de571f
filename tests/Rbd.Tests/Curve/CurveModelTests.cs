using System.Globalization;
using CurveRbd.Etcd.Tests;
using CurveRbd.TestCluster;

namespace CurveRbd.Rbd.Tests;

/// <summary>The models of images, snapshots and clones on a CurveBS test cluster and a real etcd, by both ways of the bytes.</summary>
public sealed class CurveModelTests(EtcdServer etcd, ITestOutputHelper output) : IClassFixture<EtcdServer>
{
    [Theory]
    [InlineData("direct", 21)]
    [InlineData("nebd", 22)]
    public async Task Random_operations_match_a_byte_array(string io, int seed)
    {
        await using CurvePool curve = await CurvePool.StartAsync(etcd, io);
        ModelRun run = await ModelRun.StartAsync(curve.Pool, new Random(seed), sizeMax: 40000);

        for (int i = 0; i < 80; i++)
        {
            string step = await run.StepAsync();
            Assert.True(await run.MatchesAsync(), $"seed {seed}, operation {i}: {step}");
        }

        await run.Image.CloseAsync();
    }

    [Theory]
    [InlineData("direct", 31)]
    [InlineData("nebd", 32)]
    public async Task Random_operations_on_an_image_with_snapshots_match_byte_arrays(string io, int seed)
    {
        await using CurvePool curve = await CurvePool.StartAsync(etcd, io);

        await RunSnapshotModelAsync(curve, seed, steps: 30);
    }

    [Theory]
    [InlineData("direct", 41)]
    [InlineData("nebd", 42)]
    public async Task Random_operations_on_images_and_their_clones_match_byte_arrays(string io, int seed)
    {
        await using CurvePool curve = await CurvePool.StartAsync(etcd, io);
        FamilyModel model = await FamilyModel.StartAsync(curve.Pool, new Random(seed));

        await RunAsync(seed, 30, model.Steps, model.StepAsync, model.VerifyAllAsync);

        await model.CloseAsync();
    }

    [Theory]
    [InlineData("direct", 51)]
    [InlineData("nebd", 52)]
    public async Task Random_operations_while_parts_of_the_cluster_fail_match_byte_arrays(string io, int seed)
    {
        int first = ReadSetting("CURVERBD_MODEL_SEED", seed);
        for (int i = 0; i < ReadSetting("CURVERBD_MODEL_RUNS", 1); i++)
            await RunWhilePartsFailAsync(io, first + i);
    }

    private static int ReadSetting(string variable, int otherwise) =>
        int.TryParse(Environment.GetEnvironmentVariable(variable), CultureInfo.InvariantCulture, out int value) ? value : otherwise;

    private async Task RunWhilePartsFailAsync(string io, int seed)
    {
        await using CurvePool curve = await CurvePool.StartAsync(etcd, io);
        Task running = RunSnapshotModelAsync(curve, seed, steps: 20);
        var trouble = new Trouble(
            curve.Cluster, new Random(seed),
            Trouble.DropReply, Trouble.Overload, Trouble.MoveLeaders, Trouble.ResetChunkServer, Trouble.ResetNebd, Trouble.FailOverMds);

        await trouble.WhileAsync(running, TimeSpan.FromMilliseconds(200));
    }

    private async Task RunSnapshotModelAsync(CurvePool curve, int seed, int steps)
    {
        SnapshotModelClients clients = await SnapshotModelClients.ConnectAsync(curve.Pool);
        SnapshotModel model = await SnapshotModel.CreateAsync(curve.Pool, "image", clients, new Random(seed));
        await RunAsync(seed, steps, model.Steps, model.StepAsync, model.VerifyAllAsync);
        await model.CloseAsync();
    }

    private async Task RunAsync(int seed, int steps, IReadOnlyList<string> done, Func<Task> step, Func<Task> verify)
    {
        try
        {
            for (int i = 0; i < steps; i++)
                await step();
            await verify();
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
