using CurveRbd.Curve.Messages;

namespace CurveRbd.TestCluster;

/// <summary>What an operator does with CurveBS' own tools, without the client that is tested.</summary>
public sealed class CurveTool
{
    private readonly Cluster _cluster;
    private readonly NameSpace _names;
    private readonly Release _release;

    internal CurveTool(Cluster cluster, NameSpace names, Release release)
    {
        _cluster = cluster;
        _names = names;
        _release = release;
    }

    /// <param name="length">In bytes; 0 = a directory.</param>
    public StatusCode Create(string path, string owner, ulong length) => Leader.CreateFor(path, owner, length);

    public StatusCode ChangeOwner(string path, string owner) => Leader.ChangeOwnerFor(path, owner);

    public StatusCode Delete(string path, string owner) => Leader.DeleteFor(path, owner);

    public async Task WriteAsync(string path, string owner, ulong offset, string file)
    {
        byte[] data = await File.ReadAllBytesAsync(file).ConfigureAwait(false);
        await TransferAsync(path, owner, offset, data, isWrite: true).ConfigureAwait(false);
    }

    public async Task ReadAsync(string path, string owner, ulong offset, int length, string file)
    {
        var data = new byte[length];
        await TransferAsync(path, owner, offset, data, isWrite: false).ConfigureAwait(false);
        await File.WriteAllBytesAsync(file, data).ConfigureAwait(false);
    }

    private MdsServer Leader => _cluster.LeadingMds ?? throw new InvalidOperationException("no MDS leads");

    private async Task TransferAsync(string path, string owner, ulong offset, byte[] data, bool isWrite)
    {
        InnerVolume volume;
        lock (_names.Gate)
            volume = new InnerVolume(_cluster, _names, _release, Leader.FindForOwner(path, owner) ?? throw new InvalidOperationException($"{owner} has no volume {path}"), path);
        bool isDone = await volume.TransferAsync(offset, data, isWrite).ConfigureAwait(false);
        await volume.CloseAsync().ConfigureAwait(false);
        if (!isDone)
            throw new InvalidOperationException($"the cluster refuses {offset}+{data.Length} of {path}");
    }
}
