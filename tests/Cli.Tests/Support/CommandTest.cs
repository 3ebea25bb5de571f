using CurveRbd.Rados;

namespace CurveRbd.Cli.Tests;

/// <summary>Runs commands in this process against a cluster in memory, with a directory for their files.</summary>
public abstract class CommandTest : IAsyncLifetime
{
    private readonly MemoryStores _stores = new();

    /// <summary>Absent from the machine, so that neither its configuration nor its environment counts.</summary>
    private protected string ConfPath => Path.Combine(Folder, "ceph.conf");

    private protected string Folder { get; } = Directory.CreateTempSubdirectory("curverbd-cli-").FullName;

    private protected IStoreProvider Stores => _stores;

    public virtual async ValueTask InitializeAsync()
    {
        await File.WriteAllTextAsync(ConfPath, "[global]\nmon_host = 127.0.0.1\nrbd_store = local:/unused\n");
        await CreatePoolAsync("rbd");
    }

    public async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        await _stores.DisposeAsync();
        Directory.Delete(Folder, recursive: true);
    }

    private protected string At(string name) => Path.Combine(Folder, name);

    private protected Task<CommandRun> RbdAsync(string line) => RunAsync(["rbd", .. Split(line)]);

    private protected Task<CommandRun> CephAsync(string line) => RunAsync(["ceph", .. Split(line)]);

    private protected Task<CommandRun> CurverbdAsync(string line) => RunAsync(["curverbd", .. Split(line)]);

    /// <summary>Runs a command that must succeed.</summary>
    private protected async Task<CommandRun> DoAsync(string line)
    {
        CommandRun run = await RunAsync(Split(line));
        Assert.True(run.ExitCode == 0, $"{line}: exit {run.ExitCode}\n{run.Error}");
        return run;
    }

    private protected async Task<CommandRun> RunAsync(
        IReadOnlyList<string> line, Stream? input = null, Stream? output = null, CancellationToken interrupted = default)
    {
        using var captured = new MemoryStream();
        using var error = new MemoryStream();
        var environment = new CommandEnvironment
        {
            Terminal = new Terminal(input ?? Stream.Null, output ?? captured, error),
            Stores = _stores,
            GetVariable = _ => null,
            Interrupted = interrupted,
        };
        int exitCode = await MultiCall.RunAsync([line[0], "--conf", ConfPath, .. line.Skip(1)], environment);
        return new CommandRun(exitCode, captured.ToArray(), error.ToArray());
    }

    private protected async Task CreatePoolAsync(string pool)
    {
        var conf = new CephConf("ceph", EntityName.Admin);
        conf.ReadFile(ConfPath);
        await using var cluster = new Cluster(conf, _stores);
        await cluster.ConnectAsync(CancellationToken.None);
        await cluster.Pools.CreateAsync(pool, CancellationToken.None);
    }

    /// <summary>Makes an image of random bytes.</summary>
    private protected async Task<byte[]> ImportAsync(string image, int length, int seed)
    {
        var content = new byte[length];
        new Random(seed).NextBytes(content);
        string path = At(Guid.NewGuid().ToString());
        await File.WriteAllBytesAsync(path, content);
        await DoAsync($"rbd import --no-progress {path} {image}");
        return content;
    }

    private protected async Task<byte[]> ExportAsync(string spec)
    {
        CommandRun run = await DoAsync($"rbd export --no-progress {spec} -");
        return run.OutputBytes;
    }

    private static string[] Split(string line) => line.Split(' ');
}
