using CurveRbd.Curve.Messages;

namespace CurveRbd.TestCluster;

/// <summary>Makes one random trouble after another for a client that is expected to live through all of them.</summary>
/// <param name="kinds">What may happen: of this class, or of a test's own.</param>
public sealed class Trouble(Cluster cluster, Random random, params Func<Cluster, Random, Task>[] kinds)
{
    public static Task DropReply(Cluster cluster, Random random) => Inject(cluster, new Fault("WriteChunk") { IsReplyDropped = true });

    public static Task Overload(Cluster cluster, Random random) => Inject(cluster, new Fault("WriteChunk") { ChunkStatus = ChunkOpStatus.Overload });

    public static Task MoveLeaders(Cluster cluster, Random random)
    {
        cluster.MoveLeaders();
        return Task.CompletedTask;
    }

    public static Task ResetChunkServer(Cluster cluster, Random random)
    {
        Any(cluster, random).ResetConnections();
        return Task.CompletedTask;
    }

    public static Task ResetNebd(Cluster cluster, Random random)
    {
        cluster.Nebd.ResetConnections();
        return Task.CompletedTask;
    }

    public static async Task RestartChunkServer(Cluster cluster, Random random)
    {
        ChunkServer server = Any(cluster, random);
        await server.StopAsync().ConfigureAwait(false);
        await Task.Delay(random.Next(200)).ConfigureAwait(false);
        server.Start();
    }

    public static async Task RestartNebd(Cluster cluster, Random random)
    {
        await cluster.Nebd.StopAsync().ConfigureAwait(false);
        await Task.Delay(random.Next(100)).ConfigureAwait(false);
        cluster.Nebd.Start();
    }

    public static async Task FailOverMds(Cluster cluster, Random random)
    {
        MdsServer dead = cluster.LeadingMds!;
        await cluster.FailOverMdsAsync().ConfigureAwait(false);
        await cluster.StartMdsAsync(dead).ConfigureAwait(false);
    }

    /// <summary>Goes on until the task is over, with a pause after each trouble, and fails as it does.</summary>
    public async Task WhileAsync(Task running, TimeSpan pause)
    {
        while (!running.IsCompleted)
        {
            // One at a time: requests that are refused over and over pause longer and longer, and never work off what piles up.
            cluster.Faults.Clear();
            await kinds[random.Next(kinds.Length)](cluster, random).ConfigureAwait(false);
            await Task.WhenAny(running, Task.Delay(pause)).ConfigureAwait(false);
        }

        await running.ConfigureAwait(false);
    }

    private static ChunkServer Any(Cluster cluster, Random random) => cluster.ChunkServers[random.Next(cluster.ChunkServers.Count)];

    private static Task Inject(Cluster cluster, Fault fault)
    {
        cluster.Faults.Inject(fault);
        return Task.CompletedTask;
    }
}
