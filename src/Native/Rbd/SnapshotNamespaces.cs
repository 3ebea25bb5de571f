using System.Runtime.InteropServices;
using CurveRbd.Rbd;
using CurveRbd.Store;

namespace CurveRbd.Native;

/// <summary>What kind of snapshot it is, and what else is known of each kind. None is of a mirror.</summary>
internal static unsafe class SnapshotNamespaces
{
    // int rbd_snap_get_namespace_type(rbd_image_t image, uint64_t snap_id, rbd_snap_namespace_type_t *namespace_type)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rbd_snap_get_namespace_type")]
    public static int NamespaceType(nint image, ulong id, int* type)
    {
        try
        {
            OutBuffer.ThrowIfNull(type);
            *type = (int)Snapshots.Find(image, id).NamespaceType;
            return 0;
        }
        catch (Exception error)
        {
            return Failure.Of(error);
        }
    }

    // int rbd_snap_get_trash_namespace(rbd_image_t image, uint64_t snap_id, char *original_name, size_t max_length)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rbd_snap_get_trash_namespace")]
    public static int TrashNamespace(nint image, ulong id, byte* buffer, nuint length)
    {
        try
        {
            return OutBuffer.PutOrFail(OriginalNameOf(Snapshots.Find(image, id)), buffer, length, onSuccess: 0);
        }
        catch (Exception error)
        {
            return Failure.Of(error);
        }
    }

    // int rbd_snap_get_trash_namespace2(rbd_image_t image, uint64_t snap_id, rbd_snap_trash_namespace_t *trash_snap, size_t trash_snap_size)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rbd_snap_get_trash_namespace2")]
    public static int TrashNamespace2(nint image, ulong id, RbdSnapTrashNamespace* trash, nuint size)
    {
        try
        {
            if (size != (nuint)sizeof(RbdSnapTrashNamespace))
                return Failure.Of(Errno.ERANGE);
            OutBuffer.ThrowIfNull(trash);
            Snapshot snapshot = Snapshots.Find(image, id);
            ByteName name = OriginalNameOf(snapshot);
            *trash = new RbdSnapTrashNamespace
            {
                OriginalNamespaceType = (int)snapshot.OriginalNamespaceType,
                OriginalName = CString.Duplicate(name),
            };
            return 0;
        }
        catch (Exception error)
        {
            return Failure.Of(error);
        }
    }

    // int rbd_snap_trash_namespace_cleanup(rbd_snap_trash_namespace_t *trash_snap, size_t trash_snap_size)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rbd_snap_trash_namespace_cleanup")]
    public static int CleanupTrash(RbdSnapTrashNamespace* trash, nuint size)
    {
        try
        {
            if (size != (nuint)sizeof(RbdSnapTrashNamespace))
                return Failure.Of(Errno.ERANGE);
            OutBuffer.ThrowIfNull(trash);
            CString.Free(trash->OriginalName);
            return 0;
        }
        catch (Exception error)
        {
            return Failure.Of(error);
        }
    }

    // int rbd_snap_get_group_namespace(rbd_image_t image, uint64_t snap_id, rbd_snap_group_namespace_t *group_snap, size_t group_snap_size)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rbd_snap_get_group_namespace")]
    public static int GroupNamespace(nint image, ulong id, RbdSnapGroupNamespace* group, nuint size)
    {
        try
        {
            if (size != (nuint)sizeof(RbdSnapGroupNamespace))
                return Failure.Of(Errno.ERANGE);
            OutBuffer.ThrowIfNull(group);
            Image open = Handles.Images.Get(image).Image;
            SnapshotGroup found = Control.Run(() => open.GetSnapshotGroupAsync(id, CancellationToken.None).AsTask());
            *group = new RbdSnapGroupNamespace
            {
                GroupPool = found.PoolId,
                GroupName = CString.Duplicate(found.Group),
                GroupSnapName = CString.Duplicate(found.Snapshot),
            };
            return 0;
        }
        catch (Exception error)
        {
            return Failure.Of(error);
        }
    }

    // int rbd_snap_group_namespace_cleanup(rbd_snap_group_namespace_t *group_snap, size_t group_snap_size)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rbd_snap_group_namespace_cleanup")]
    public static int CleanupGroup(RbdSnapGroupNamespace* group, nuint size)
    {
        try
        {
            if (size != (nuint)sizeof(RbdSnapGroupNamespace))
                return Failure.Of(Errno.ERANGE);
            OutBuffer.ThrowIfNull(group);
            CString.Free(group->GroupName);
            CString.Free(group->GroupSnapName);
            return 0;
        }
        catch (Exception error)
        {
            return Failure.Of(error);
        }
    }

    // int rbd_snap_get_mirror_namespace(rbd_image_t image, uint64_t snap_id, rbd_snap_mirror_namespace_t *mirror_snap, size_t mirror_snap_size)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rbd_snap_get_mirror_namespace")]
    public static int MirrorNamespace(nint image, ulong id, RbdSnapMirrorNamespace* mirror, nuint size)
    {
        try
        {
            if (size != (nuint)sizeof(RbdSnapMirrorNamespace))
                return Failure.Of(Errno.ERANGE);
            throw OfAnotherKind(Snapshots.Find(image, id), SnapshotNamespaceType.Mirror);
        }
        catch (Exception error)
        {
            return Failure.Of(error);
        }
    }

    // int rbd_snap_mirror_namespace_cleanup(rbd_snap_mirror_namespace_t *mirror_snap, size_t mirror_snap_size)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rbd_snap_mirror_namespace_cleanup")]
    public static int CleanupMirror(RbdSnapMirrorNamespace* mirror, nuint size)
    {
        try
        {
            if (size != (nuint)sizeof(RbdSnapMirrorNamespace))
                return Failure.Of(Errno.ERANGE);
            OutBuffer.ThrowIfNull(mirror);
            CString.Free(mirror->MirrorPeerUuids);
            CString.Free(mirror->PrimaryMirrorUuid);
            return 0;
        }
        catch (Exception error)
        {
            return Failure.Of(error);
        }
    }

    private static ByteName OriginalNameOf(Snapshot snapshot) =>
        snapshot.TrashOriginalName ?? throw OfAnotherKind(snapshot, SnapshotNamespaceType.Trash);

    private static StorageException OfAnotherKind(Snapshot snapshot, SnapshotNamespaceType wanted) =>
        new(Errno.EINVAL, $"snapshot {snapshot.Id} '{snapshot.Name}' is in the namespace {snapshot.NamespaceType}, not {wanted}");
}
