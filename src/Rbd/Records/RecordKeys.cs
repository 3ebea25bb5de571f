using CurveRbd.Store;

namespace CurveRbd.Rbd;

/// <summary>Where the records of one pool's images lie (docs/records.md). All keys of a pool share one prefix.</summary>
internal sealed class RecordKeys(long poolId)
{
    private readonly string _root = $"pool/{poolId}/rbd/";

    public string Names(ByteName imageNamespace) => $"{_root}name/{imageNamespace.Encode()}/";

    public string Name(ByteName imageNamespace, ByteName name) => Names(imageNamespace) + name.Encode();

    public string Images => _root + "image/";

    /// <summary>Everything of one image lies under it, so that one range reads it and one watch sees it.</summary>
    public string Image(string id) => $"{Images}{id}/";

    public string Header(string id) => Image(id) + "header";

    public string Times(string id) => Image(id) + "times";

    public string Bar(string id) => Image(id) + "bar";

    public string ResizeLock(string id) => Image(id) + "resize";

    public string ImageMetadata(string id) => Image(id) + "meta/";

    public string Watchers(string id) => Image(id) + "watcher/";

    /// <summary>Who else has the layers open: read-only handles and clones.</summary>
    public string Readers(string id) => Image(id) + "reader/";

    public string Freeze(string id) => Image(id) + "freeze";

    public string Layers(string id) => Image(id) + "layer/";

    public string Layer(string id, string layerId) => Layers(id) + layerId;

    public string Snapshots(string id) => Image(id) + "snapshot/";

    // 20 digits, so that the order of keys is the order of ids.
    public string Snapshot(string id, ulong snapshotId) => $"{Snapshots(id)}{snapshotId:D20}";

    public string Children(string id) => Image(id) + "child/";

    public string Children(string id, ulong snapshotId) => $"{Children(id)}{snapshotId:D20}/";

    public string Child(string id, ulong snapshotId, long childPoolId, string childId) =>
        $"{Children(id, snapshotId)}{childPoolId}.{childId}";

    public string Owner(string id) => Image(id) + "owner";

    public string OwnerRequests(string id) => Image(id) + "owner-request/";

    public string LastOwner(string id) => Image(id) + "owner-last";

    public string OwnerFence(string id) => Image(id) + "owner-fence";

    public string Lock(string id) => Image(id) + "lock";

    public string Flatten(string id) => Image(id) + "flatten";

    public string Migrate(string id) => Image(id) + "migrate";

    public string Merge(string id) => Image(id) + "merge";

    public string Trash => _root + "trash/";

    public string TrashEntry(string id) => Trash + id;

    public string Claims => _root + "volume/";

    // Names of volumes that nobody encoded (made by other tools) may hold any character.
    public string Claim(string volumeName) => Claims + ByteName.FromText(volumeName).Encode();

    // An operation may work in two pools, and its record goes with its session anyway.
    public static string Operation(long session) => $"rbd/operation/{session}";

    public string Namespaces => _root + "namespace/";

    public string Namespace(ByteName name) => Namespaces + name.Encode();

    public string NamespaceBar(ByteName name) => $"{_root}namespace-bar/{name.Encode()}";

    public string GroupNames(ByteName groupNamespace) => $"{_root}group-name/{groupNamespace.Encode()}/";

    public string GroupName(ByteName groupNamespace, ByteName name) => GroupNames(groupNamespace) + name.Encode();

    public string Groups => _root + "group/";

    public string Group(string id) => $"{Groups}{id}/header";

    public string GroupImages(string id) => $"{Groups}{id}/image/";

    public string GroupImage(string id, long imagePoolId, string imageId) => $"{GroupImages(id)}{imagePoolId}.{imageId}";

    public string GroupSnapshots(string id) => $"{Groups}{id}/snapshot/";

    public string GroupSnapshot(string id, string snapshotId) => GroupSnapshots(id) + snapshotId;

    public string PoolMetadata => _root + "meta/";
}
