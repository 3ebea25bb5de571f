using System.Runtime.InteropServices;
using CurveRbd.TestCluster;

if (args.Length != 1)
{
    Console.Error.WriteLine("usage: CurveRbd.TestCluster DIR\n\nRuns a CurveBS test cluster that keeps its data in DIR until SIGTERM or SIGINT. DIR/mds holds the addresses of its MDS.");
    return 2;
}

Directory.CreateDirectory(args[0]);
await using Cluster cluster = Cluster.Start(new ClusterOptions { Directory = args[0] });
File.WriteAllText(Path.Combine(args[0], "mds"), string.Join(',', cluster.MdsAddresses));
Console.WriteLine($"MDS at {string.Join(',', cluster.MdsAddresses)}");

var ended = new TaskCompletionSource();
using PosixSignalRegistration terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, End);
using PosixSignalRegistration interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, End);
await ended.Task;
return 0;

void End(PosixSignalContext context)
{
    context.Cancel = true;
    ended.TrySetResult();
}
