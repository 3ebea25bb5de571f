using System.Runtime.InteropServices;

namespace CurveRbd.TestCluster;

/// <summary>A test cluster as a process of its own, with a real etcd beside it.</summary>
internal sealed class ClusterProcess(ClusterArguments arguments, MainThread main)
{
    private readonly string _directory = arguments.Directory;

    /// <returns>The process' exit code.</returns>
    public async Task<int> RunAsync()
    {
        Directory.CreateDirectory(_directory);
        using FileStream only = Lock();
        await using Cluster cluster = Cluster.Start(arguments.Options);
        await using var etcd = new EtcdProcess(_directory, main);
        await etcd.StartAsync().ConfigureAwait(false);
        await using var control = new ControlSocket(Path.Combine(_directory, "control"), new ClusterControl(cluster, etcd));
        WriteConfiguration(cluster, etcd);
        try
        {
            await WaitForEndAsync().ConfigureAwait(false);
            return 0;
        }
        finally
        {
            File.Delete(Path.Combine(_directory, "curverbd.conf"));
            File.Delete(Path.Combine(_directory, "curverbd-nebd.conf"));
        }
    }

    private FileStream Lock()
    {
        try
        {
            return new FileStream(Path.Combine(_directory, "lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException error)
        {
            throw new InvalidOperationException($"a cluster is running in {_directory} already", error);
        }
    }

    private void WriteConfiguration(Cluster cluster, EtcdProcess etcd)
    {
        Write("curverbd-nebd.conf", $"nebd:{cluster.Nebd.Socket}");

        // The last file: who waits for it finds all the rest.
        Write("curverbd.conf", "direct");

        void Write(string name, string io)
        {
            string path = Path.Combine(_directory, name);
            File.WriteAllText($"{path}.new", $"""
                [cluster]
                rbd_store = curve
                curve_mds = {string.Join(',', cluster.MdsAddresses)}
                curve_io = {io}
                curve_etcd = {etcd.Endpoint}
                curve_root_password = {arguments.Options.RootPassword}
                mon_allow_pool_delete = true

                """);
            File.Move($"{path}.new", path, overwrite: true);
        }
    }

    private async Task WaitForEndAsync()
    {
        var ended = new TaskCompletionSource();
        using PosixSignalRegistration terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, End);
        using PosixSignalRegistration interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, End);
        if (arguments.EndsWithInput)
            _ = Task.Run(WaitForEndOfInput);
        await ended.Task.ConfigureAwait(false);

        void End(PosixSignalContext context)
        {
            context.Cancel = true;
            ended.TrySetResult();
        }

        void WaitForEndOfInput()
        {
            while (Console.In.Read() >= 0)
            {
                // What is said does not matter.
            }

            ended.TrySetResult();
        }
    }
}
