using System.Runtime.InteropServices;
using CurveRbd.Store;

namespace CurveRbd.Native;

/// <summary>Other clusters that a pool is mirrored with: there are none, and none can be added while mirroring is disabled.</summary>
internal static unsafe class MirrorPeers
{
    // int rbd_mirror_peer_add(rados_ioctx_t io_ctx, char *uuid, size_t uuid_max_length, const char *cluster_name, const char *client_name)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rbd_mirror_peer_add")]
    public static int Add(nint ioContext, byte* uuid, nuint length, byte* cluster, byte* client)
    {
        try
        {
            Handles.IoContexts.Get(ioContext);
            return Failure.Of(Errno.EINVAL);
        }
        catch (Exception error)
        {
            return Failure.Of(error);
        }
    }

    // int rbd_mirror_peer_site_add(rados_ioctx_t io_ctx, char *uuid, size_t uuid_max_length, rbd_mirror_peer_direction_t direction, const char *site_name, const char *client_name)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rbd_mirror_peer_site_add")]
    public static int AddSite(nint ioContext, byte* uuid, nuint length, int direction, byte* site, byte* client)
    {
        try
        {
            Handles.IoContexts.Get(ioContext);
            return Failure.Of(Errno.EINVAL);
        }
        catch (Exception error)
        {
            return Failure.Of(error);
        }
    }

    // int rbd_mirror_peer_bootstrap_create(rados_ioctx_t io_ctx, char *token, size_t *max_len)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rbd_mirror_peer_bootstrap_create")]
    public static int CreateBootstrap(nint ioContext, byte* token, nuint* length)
    {
        try
        {
            Handles.IoContexts.Get(ioContext);
            return Failure.Of(Errno.EINVAL);
        }
        catch (Exception error)
        {
            return Failure.Of(error);
        }
    }

    // int rbd_mirror_peer_bootstrap_import(rados_ioctx_t io_ctx, rbd_mirror_peer_direction_t direction, const char *token)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rbd_mirror_peer_bootstrap_import")]
    public static int ImportBootstrap(nint ioContext, int direction, byte* token)
    {
        try
        {
            Handles.IoContexts.Get(ioContext);
            return Failure.Of(Errno.EINVAL);
        }
        catch (Exception error)
        {
            return Failure.Of(error);
        }
    }

    // int rbd_mirror_peer_remove(rados_ioctx_t io_ctx, const char *uuid)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rbd_mirror_peer_remove")]
    public static int Remove(nint ioContext, byte* uuid)
    {
        try
        {
            Handles.IoContexts.Get(ioContext);
            return 0; // as in Ceph: what is not there is gone
        }
        catch (Exception error)
        {
            return Failure.Of(error);
        }
    }

    // int rbd_mirror_peer_site_remove(rados_ioctx_t io_ctx, const char *uuid)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rbd_mirror_peer_site_remove")]
    public static int RemoveSite(nint ioContext, byte* uuid)
    {
        try
        {
            Handles.IoContexts.Get(ioContext);
            return 0; // as in Ceph: what is not there is gone
        }
        catch (Exception error)
        {
            return Failure.Of(error);
        }
    }

    // int rbd_mirror_peer_set_client(rados_ioctx_t io_ctx, const char *uuid, const char *client_name)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rbd_mirror_peer_set_client")]
    public static int SetClient(nint ioContext, byte* uuid, byte* client)
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

    // int rbd_mirror_peer_set_cluster(rados_ioctx_t io_ctx, const char *uuid, const char *cluster_name)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rbd_mirror_peer_set_cluster")]
    public static int SetCluster(nint ioContext, byte* uuid, byte* cluster)
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

    // int rbd_mirror_peer_site_set_client_name(rados_ioctx_t io_ctx, const char *uuid, const char *client_name)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rbd_mirror_peer_site_set_client_name")]
    public static int SetSiteClient(nint ioContext, byte* uuid, byte* client)
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

    // int rbd_mirror_peer_site_set_name(rados_ioctx_t io_ctx, const char *uuid, const char *site_name)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rbd_mirror_peer_site_set_name")]
    public static int SetSiteName(nint ioContext, byte* uuid, byte* name)
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

    // int rbd_mirror_peer_site_set_direction(rados_ioctx_t io_ctx, const char *uuid, rbd_mirror_peer_direction_t direction)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rbd_mirror_peer_site_set_direction")]
    public static int SetSiteDirection(nint ioContext, byte* uuid, int direction)
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

    // int rbd_mirror_peer_get_attributes(rados_ioctx_t p, const char *uuid, char *keys, size_t *max_key_len, char *values, size_t *max_value_len, size_t *key_value_count)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rbd_mirror_peer_get_attributes")]
    public static int Attributes(nint ioContext, byte* uuid, byte* keys, nuint* keysLength, byte* values, nuint* valuesLength, nuint* count)
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

    // int rbd_mirror_peer_set_attributes(rados_ioctx_t p, const char *uuid, const char *keys, const char *values, size_t key_value_count)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rbd_mirror_peer_set_attributes")]
    public static int SetAttributes(nint ioContext, byte* uuid, byte* keys, byte* values, nuint count)
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

    // int rbd_mirror_peer_site_get_attributes(rados_ioctx_t p, const char *uuid, char *keys, size_t *max_key_len, char *values, size_t *max_value_len, size_t *key_value_count)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rbd_mirror_peer_site_get_attributes")]
    public static int SiteAttributes(
        nint ioContext, byte* uuid, byte* keys, nuint* keysLength, byte* values, nuint* valuesLength, nuint* count)
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

    // int rbd_mirror_peer_site_set_attributes(rados_ioctx_t p, const char *uuid, const char *keys, const char *values, size_t key_value_count)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rbd_mirror_peer_site_set_attributes")]
    public static int SetSiteAttributes(nint ioContext, byte* uuid, byte* keys, byte* values, nuint count)
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
}
