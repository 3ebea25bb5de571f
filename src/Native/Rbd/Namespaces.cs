using System.Runtime.InteropServices;
using CurveRbd.Rados;
using CurveRbd.Rbd;
using CurveRbd.Store;

namespace CurveRbd.Native;

/// <summary>The namespaces of a pool.</summary>
internal static unsafe class Namespaces
{
    // int rbd_namespace_create(rados_ioctx_t io, const char *namespace_name)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rbd_namespace_create")]
    public static int Create(nint ioContext, byte* name)
    {
        try
        {
            IoContext context = Handles.IoContexts.Get(ioContext).Context.Clone();
            ByteName created = CString.Name(name, "the namespace's name");
            Control.Run(() => RbdNamespaces.CreateAsync(context, created, CancellationToken.None));
            return 0;
        }
        catch (Exception error)
        {
            return Failure.Of(error);
        }
    }

    // int rbd_namespace_remove(rados_ioctx_t io, const char *namespace_name)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rbd_namespace_remove")]
    public static int Remove(nint ioContext, byte* name)
    {
        try
        {
            IoContext context = Handles.IoContexts.Get(ioContext).Context.Clone();
            ByteName removed = CString.Name(name, "the namespace's name");
            Control.Run(() => RbdNamespaces.RemoveAsync(context, removed, CancellationToken.None));
            return 0;
        }
        catch (Exception error)
        {
            return Failure.Of(error);
        }
    }

    // int rbd_namespace_exists(rados_ioctx_t io, const char *namespace_name, _Bool *exists)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rbd_namespace_exists")]
    public static int Exists(nint ioContext, byte* name, byte* exists)
    {
        try
        {
            IoContext context = Handles.IoContexts.Get(ioContext).Context.Clone();
            OutBuffer.ThrowIfNull(exists);
            ByteName wanted = CString.Name(name, "the namespace's name");
            *exists = Control.Run(() => RbdNamespaces.ExistsAsync(context, wanted, CancellationToken.None)) ? (byte)1 : (byte)0;
            return 0;
        }
        catch (Exception error)
        {
            return Failure.Of(error);
        }
    }

    // int rbd_namespace_list(rados_ioctx_t io, char *namespace_names, size_t *size)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rbd_namespace_list")]
    public static int List(nint ioContext, byte* names, nuint* size)
    {
        try
        {
            IoContext context = Handles.IoContexts.Get(ioContext).Context.Clone();
            IReadOnlyList<ByteName> all = Control.Run(() => RbdNamespaces.ListAsync(context, CancellationToken.None));
            int failure = OutBuffer.PutList(all, names, size);
            return failure < 0 ? failure : (int)*size;
        }
        catch (Exception error)
        {
            return Failure.Of(error);
        }
    }
}
