namespace CurveRbd.Rados;

internal static class MonCommands
{
    public static Task<MonCommandReply> RunAsync(Cluster cluster, string command, ReadOnlyMemory<byte> input, CancellationToken cancellationToken) =>
        Task.FromResult(new MonCommandReply(-22, default, "command not known"));
}
