using System.Runtime.InteropServices;
using CurveRbd.Rados;
using CurveRbd.Store;
using Pairs = System.Collections.Immutable.ImmutableSortedDictionary<string, string>;

namespace CurveRbd.Native;

/// <summary>What pools are used for.</summary>
internal static unsafe class Applications
{
    // int rados_application_enable(rados_ioctx_t io, const char *app_name, int force)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rados_application_enable")]
    public static int Enable(nint ioContext, byte* application, int force)
    {
        try
        {
            string enabled = CString.Text(application, "the application's name");
            return Update(ioContext, pool => pool.WithApplication(enabled, force != 0));
        }
        catch (Exception error)
        {
            return Failure.Of(error);
        }
    }

    // int rados_application_list(rados_ioctx_t io, char *values, size_t *values_len)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rados_application_list")]
    public static int List(nint ioContext, byte* names, nuint* length)
    {
        try
        {
            return OutBuffer.PutList(Current(ioContext).Applications.Keys.Select(ByteName.FromText), names, length);
        }
        catch (Exception error)
        {
            return Failure.Of(error);
        }
    }

    // int rados_application_metadata_get(rados_ioctx_t io, const char *app_name, const char *key, char *value, size_t *value_len)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rados_application_metadata_get")]
    public static int GetMetadata(nint ioContext, byte* application, byte* key, byte* value, nuint* length)
    {
        try
        {
            string wanted = CString.Text(key, "the key");
            if (!MetadataOf(Current(ioContext), CString.Text(application, "the application's name")).TryGetValue(wanted, out string? found))
                return Failure.Of(Errno.ENOENT);
            return OutBuffer.PutAndTellLength(found, value, length);
        }
        catch (Exception error)
        {
            return Failure.Of(error);
        }
    }

    // int rados_application_metadata_set(rados_ioctx_t io, const char *app_name, const char *key, const char *value)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rados_application_metadata_set")]
    public static int SetMetadata(nint ioContext, byte* application, byte* key, byte* value)
    {
        try
        {
            string owner = CString.Text(application, "the application's name");
            string changed = CString.Text(key, "the key");
            string put = CString.Text(value, "the value");
            return Update(ioContext, pool => WithMetadata(pool, owner, MetadataOf(pool, owner).SetItem(changed, put)));
        }
        catch (Exception error)
        {
            return Failure.Of(error);
        }
    }

    // int rados_application_metadata_remove(rados_ioctx_t io, const char *app_name, const char *key)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rados_application_metadata_remove")]
    public static int RemoveMetadata(nint ioContext, byte* application, byte* key)
    {
        try
        {
            string owner = CString.Text(application, "the application's name");
            string removed = CString.Text(key, "the key");
            return Update(ioContext, pool => WithMetadata(pool, owner, MetadataOf(pool, owner).Remove(removed)));
        }
        catch (Exception error)
        {
            return Failure.Of(error);
        }
    }

    // int rados_application_metadata_list(rados_ioctx_t io, const char *app_name, char *keys, size_t *key_len, char *values, size_t *vals_len)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rados_application_metadata_list")]
    public static int ListMetadata(nint ioContext, byte* application, byte* keys, nuint* keysLength, byte* values, nuint* valuesLength)
    {
        try
        {
            Pairs metadata = MetadataOf(Current(ioContext), CString.Text(application, "the application's name"));
            return OutBuffer.PutLists(
                metadata.Keys.Select(ByteName.FromText), keys, keysLength, metadata.Values.Select(ByteName.FromText), values, valuesLength);
        }
        catch (Exception error)
        {
            return Failure.Of(error);
        }
    }

    private static Pool Current(nint ioContext)
    {
        IoContext context = Handles.IoContexts.Get(ioContext).Context;
        return Control.Run(() => context.Cluster.Pools.FindAsync(context.Pool.Id, CancellationToken.None))
            ?? throw new StorageException(Errno.ENOENT, $"pool '{context.Pool.Name}' has been deleted");
    }

    private static int Update(nint ioContext, Func<Pool, Pool> change)
    {
        IoContext context = Handles.IoContexts.Get(ioContext).Context;
        Control.Run(() => context.Cluster.Pools.UpdateAsync(context.Pool.Name, change, CancellationToken.None));
        return 0;
    }

    private static Pairs MetadataOf(Pool pool, string application) =>
        pool.Applications.GetValueOrDefault(application)
        ?? throw new StorageException(Errno.ENOENT, $"pool '{pool.Name}' is not used for '{application}'");

    private static Pool WithMetadata(Pool pool, string application, Pairs metadata) =>
        pool with { Applications = pool.Applications.SetItem(application, metadata) };
}
