using System.Runtime.InteropServices;
using CurveRbd.Rados;
using CurveRbd.Rbd;
using CurveRbd.Store;

namespace CurveRbd.Native;

/// <summary>An image of a pool that is not mirrored, as mirroring sees it.</summary>
internal static unsafe class MirrorImages
{
    // int rbd_mirror_image_create_snapshot(rbd_image_t image, uint64_t *snap_id)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rbd_mirror_image_create_snapshot")]
    public static int CreateSnapshot(nint image, ulong* snapshotId)
    {
        try
        {
            Handles.Images.Get(image);
            return Failure.Of(Errno.EINVAL);
        }
        catch (Exception error)
        {
            return Failure.Of(error);
        }
    }

    // int rbd_mirror_image_create_snapshot2(rbd_image_t image, uint32_t flags, uint64_t *snap_id)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rbd_mirror_image_create_snapshot2")]
    public static int CreateSnapshot2(nint image, uint flags, ulong* snapshotId)
    {
        try
        {
            Handles.Images.Get(image);
            return Failure.Of(Errno.EINVAL);
        }
        catch (Exception error)
        {
            return Failure.Of(error);
        }
    }

    // int rbd_mirror_image_get_status(rbd_image_t image, rbd_mirror_image_status_t *mirror_image_status, size_t status_size)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rbd_mirror_image_get_status")]
    public static int Status(nint image, RbdMirrorImageStatus* status, nuint size)
    {
        try
        {
            OutBuffer.ThrowIfNull(status);
            Image open = Handles.Images.Get(image).Image;
            if (size != (nuint)sizeof(RbdMirrorImageStatus))
                return Failure.Of(Errno.ERANGE);
            *status = RbdMirrorImageStatus.Unknown(open.Name);
            return 0;
        }
        catch (Exception error)
        {
            return Failure.Of(error);
        }
    }

    // int rbd_mirror_image_get_global_status(rbd_image_t image, rbd_mirror_image_global_status_t *mirror_image_global_status, size_t status_size)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rbd_mirror_image_get_global_status")]
    public static int GlobalStatus(nint image, RbdMirrorImageGlobalStatus* status, nuint size)
    {
        try
        {
            OutBuffer.ThrowIfNull(status);
            Image open = Handles.Images.Get(image).Image;
            if (size != (nuint)sizeof(RbdMirrorImageGlobalStatus))
                return Failure.Of(Errno.ERANGE);
            *status = RbdMirrorImageGlobalStatus.Unknown(open.Name);
            return 0;
        }
        catch (Exception error)
        {
            return Failure.Of(error);
        }
    }

    // void rbd_mirror_image_global_status_cleanup(rbd_mirror_image_global_status_t *mirror_image_global_status)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rbd_mirror_image_global_status_cleanup")]
    public static void CleanupGlobalStatus(RbdMirrorImageGlobalStatus* status)
    {
        try
        {
            if (status is not null)
                RbdMirrorImageGlobalStatus.Free(status);
        }
        catch (Exception error)
        {
            Failure.Of(error);
        }
    }

    // int rbd_mirror_image_get_instance_id(rbd_image_t image, char *instance_id, size_t *id_max_length)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rbd_mirror_image_get_instance_id")]
    public static int InstanceId(nint image, byte* id, nuint* length)
    {
        try
        {
            Handles.Images.Get(image);
            return Failure.Of(Errno.ENOENT);
        }
        catch (Exception error)
        {
            return Failure.Of(error);
        }
    }

    // int rbd_mirror_remote_namespace_get(rados_ioctx_t io_ctx, char *remote_namespace, size_t *max_len)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rbd_mirror_remote_namespace_get")]
    public static int RemoteNamespace(nint ioContext, byte* name, nuint* length)
    {
        try
        {
            return OutBuffer.PutAndTellLength(Handles.IoContexts.Get(ioContext).Context.Namespace, name, length);
        }
        catch (Exception error)
        {
            return Failure.Of(error);
        }
    }

    // int rbd_mirror_remote_namespace_set(rados_ioctx_t io_ctx, const char *remote_namespace)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rbd_mirror_remote_namespace_set")]
    public static int SetRemoteNamespace(nint ioContext, byte* name)
    {
        try
        {
            ByteName wanted = CString.Name(name, "the remote namespace");
            bool isOwn = Handles.IoContexts.Get(ioContext).Context.Namespace == wanted;
            return isOwn ? 0 : Failure.Of(Errno.EOPNOTSUPP);
        }
        catch (Exception error)
        {
            return Failure.Of(error);
        }
    }

    // int rbd_mirror_site_name_set(rados_t cluster, const char *name)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rbd_mirror_site_name_set")]
    public static int SetSiteName(nint cluster, byte* name)
    {
        try
        {
            Cluster named = Handles.Clusters.Get(cluster).Cluster;
            string site = CString.Text(name, "the site's name");
            Control.Run(() => MirrorSiteName.SetAsync(named, site, CancellationToken.None));
            return 0;
        }
        catch (Exception error)
        {
            return Failure.Of(error);
        }
    }
}
