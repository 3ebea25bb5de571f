using CurveRbd.Store;

namespace CurveRbd.Rados;

/// <summary>What is asked about the members that hold data: the store's nodes.</summary>
internal static class OsdCommands
{
    /// <summary>The store keeps no history of its nodes, so the map has one epoch.</summary>
    public const int Epoch = 1;

    /// <summary>The one placement rule there is: the store places data.</summary>
    public const string CrushRule = "replicated_rule";

    public static IEnumerable<MonCommand> Commands =>
    [
        new("osd stat", "print summary of OSD map", "r", StatAsync),
        new("osd ls", "show all OSD ids", "r", ListAsync),
        new("osd crush rule ls", "list crush rules", "r", call => Task.FromResult(CommandResult.Of(
            call, () => CrushRule + "\n", json => json.Array([CrushRule], json.WriteStringValue)))),
        new("osd erasure-code-profile ls", "list all erasure code profiles", "r", call => Task.FromResult(CommandResult.Of(
            call, () => "", json => json.Array<int>([], _ => { })))),
        new("osd get-require-min-compat-client", "get the minimum client version we will maintain compatibility with", "r",
            call => Task.FromResult(CommandResult.Of(
                call, () => CephRelease.OldestClient + "\n", json => json.WriteStringValue(CephRelease.OldestClient)))),
    ];

    private static async Task<CommandResult> StatAsync(CommandCall call)
    {
        StoreStatus status = await call.Volumes.GetStatusAsync(call.CancellationToken).ConfigureAwait(false);
        int up = status.Nodes.Count(node => node.IsUp);
        return CommandResult.Of(
            call,
            () => $"{status.Nodes.Count} osds: {up} up, {status.Nodes.Count} in; epoch: e{Epoch}\n",
            json => json.Object(() =>
            {
                json.WriteNumber("epoch", Epoch);
                json.WriteNumber("num_osds", status.Nodes.Count);
                json.WriteNumber("num_up_osds", up);
                json.WriteNumber("osd_up_since", 0);
                json.WriteNumber("num_in_osds", status.Nodes.Count);
                json.WriteNumber("osd_in_since", 0);
                json.WriteNumber("num_remapped_pgs", 0);
            }));
    }

    private static async Task<CommandResult> ListAsync(CommandCall call)
    {
        StoreStatus status = await call.Volumes.GetStatusAsync(call.CancellationToken).ConfigureAwait(false);
        return CommandResult.Of(
            call,
            () => string.Concat(status.Nodes.Select(node => $"{node.Id}\n")),
            json => json.Array(status.Nodes, node => json.WriteNumberValue(node.Id)));
    }
}
