using System.Diagnostics;
using System.Runtime.InteropServices;
using CurveRbd.Rados;
using CurveRbd.Rbd;
using CurveRbd.Store;

namespace CurveRbd.Native;

/// <summary>Mirroring between clusters: what a cluster without it answers.</summary>
internal static unsafe class Mirroring
{
    private const int Disabled = 0; // RBD_MIRROR_MODE_DISABLED
    private const int ModeMax = 3;

    // int rbd_mirror_mode_get(rados_ioctx_t io_ctx, rbd_mirror_mode_t *mirror_mode)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rbd_mirror_mode_get")]
    public static int Mode(nint ioContext, int* mode)
    {
        try
        {
            OutBuffer.ThrowIfNull(mode);
            Handles.IoContexts.Get(ioContext);
            *mode = Disabled;
            return 0;
        }
        catch (Exception error)
        {
            return Failure.Of(error);
        }
    }

    // int rbd_mirror_mode_set(rados_ioctx_t io_ctx, rbd_mirror_mode_t mirror_mode)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rbd_mirror_mode_set")]
    public static int SetMode(nint ioContext, int mode)
    {
        try
        {
            Handles.IoContexts.Get(ioContext);
            return mode switch
            {
                Disabled => 0,
                > Disabled and <= ModeMax => Failure.Of(Errno.EOPNOTSUPP),
                _ => Failure.Of(Errno.EINVAL),
            };
        }
        catch (Exception error)
        {
            return Failure.Of(error);
        }
    }

    // int rbd_mirror_uuid_get(rados_ioctx_t io_ctx, char *uuid, size_t *max_len)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rbd_mirror_uuid_get")]
    public static int Uuid(nint ioContext, byte* uuid, nuint* length)
    {
        try
        {
            Handles.IoContexts.Get(ioContext);
            return Failure.Of(Errno.ENOENT);
        }
        catch (Exception error)
        {
            return Failure.Of(error);
        }
    }

    // int rbd_mirror_site_name_get(rados_t cluster, char *name, size_t *max_len)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rbd_mirror_site_name_get")]
    public static int SiteName(nint cluster, byte* name, nuint* length)
    {
        try
        {
            Cluster named = Handles.Clusters.Get(cluster).Cluster;
            return OutBuffer.PutAndTellLength(Control.Run(() => MirrorSiteName.GetAsync(named, CancellationToken.None)), name, length);
        }
        catch (Exception error)
        {
            return Failure.Of(error);
        }
    }

    // int rbd_mirror_peer_site_list(rados_ioctx_t io_ctx, rbd_mirror_peer_site_t *peers, int *max_peers)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rbd_mirror_peer_site_list")]
    public static int PeerSites(nint ioContext, void* peers, int* max)
    {
        try
        {
            OutBuffer.ThrowIfNull(max);
            Handles.IoContexts.Get(ioContext);
            *max = 0;
            return 0;
        }
        catch (Exception error)
        {
            return Failure.Of(error);
        }
    }

    // int rbd_mirror_peer_list(rados_ioctx_t io_ctx, rbd_mirror_peer_t *peers, int *max_peers)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rbd_mirror_peer_list")]
    public static int Peers(nint ioContext, void* peers, int* max)
    {
        try
        {
            OutBuffer.ThrowIfNull(max);
            Handles.IoContexts.Get(ioContext);
            *max = 0;
            return 0;
        }
        catch (Exception error)
        {
            return Failure.Of(error);
        }
    }

    // void rbd_mirror_peer_site_list_cleanup(rbd_mirror_peer_site_t *peers, int max_peers)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rbd_mirror_peer_site_list_cleanup")]
    public static void CleanupPeerSites(void* peers, int count)
    {
        try
        {
            Debug.Assert(count == 0, "no list had entries");
        }
        catch (Exception error)
        {
            Failure.Of(error);
        }
    }

    // void rbd_mirror_peer_list_cleanup(rbd_mirror_peer_t *peers, int max_peers)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rbd_mirror_peer_list_cleanup")]
    public static void CleanupPeers(void* peers, int count)
    {
        try
        {
            Debug.Assert(count == 0, "no list had entries");
        }
        catch (Exception error)
        {
            Failure.Of(error);
        }
    }

    // int rbd_mirror_image_get_info(rbd_image_t image, rbd_mirror_image_info_t *mirror_image_info, size_t info_size)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rbd_mirror_image_get_info")]
    public static int ImageInfo(nint image, RbdMirrorImageInfo* info, nuint size)
    {
        try
        {
            OutBuffer.ThrowIfNull(info);
            Handles.Images.Get(image);
            if (size != (nuint)sizeof(RbdMirrorImageInfo))
                return Failure.Of(Errno.ERANGE);
            *info = RbdMirrorImageInfo.Disabled();
            return 0;
        }
        catch (Exception error)
        {
            return Failure.Of(error);
        }
    }

    // void rbd_mirror_image_get_info_cleanup(rbd_mirror_image_info_t *mirror_image_info)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rbd_mirror_image_get_info_cleanup")]
    public static void CleanupImageInfo(RbdMirrorImageInfo* info)
    {
        try
        {
            if (info is not null)
                CString.Free(info->GlobalId);
        }
        catch (Exception error)
        {
            Failure.Of(error);
        }
    }

    // int rbd_mirror_image_get_mode(rbd_image_t image, rbd_mirror_image_mode_t *mode)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rbd_mirror_image_get_mode")]
    public static int ImageMode(nint image, int* mode)
    {
        try
        {
            OutBuffer.ThrowIfNull(mode);
            Handles.Images.Get(image);
            *mode = 0;
            return 0;
        }
        catch (Exception error)
        {
            return Failure.Of(error);
        }
    }

    // int rbd_mirror_image_promote(rbd_image_t image, _Bool force)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rbd_mirror_image_promote")]
    public static int Promote(nint image, byte force)
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

    // int rbd_mirror_image_resync(rbd_image_t image)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rbd_mirror_image_resync")]
    public static int Resync(nint image)
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

    // int rbd_mirror_image_demote(rbd_image_t image)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rbd_mirror_image_demote")]
    public static int Demote(nint image)
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

    // int rbd_mirror_image_disable(rbd_image_t image, _Bool force)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rbd_mirror_image_disable")]
    public static int Disable(nint image, byte force)
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

    // int rbd_mirror_image_enable(rbd_image_t image)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rbd_mirror_image_enable")]
    public static int Enable(nint image)
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

    // int rbd_mirror_image_enable2(rbd_image_t image, rbd_mirror_image_mode_t mode)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rbd_mirror_image_enable2")]
    public static int Enable2(nint image, int mode)
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
}
