using System.Runtime.InteropServices;
using CurveRbd.Rados;
using CurveRbd.Store;

namespace CurveRbd.Native;

/// <summary>Extended attributes of objects.</summary>
internal static unsafe class ObjectAttributes
{
    // int rados_getxattr(rados_ioctx_t io, const char *o, const char *name, char *buf, size_t len)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rados_getxattr")]
    public static int Get(nint ioContext, byte* name, byte* attribute, byte* buffer, nuint length)
    {
        try
        {
            int count = 0;
            return ObjectRequest.Read(ioContext, name, () => count, Get(attribute, buffer, length, put => count = put));
        }
        catch (Exception error)
        {
            return Failure.Of(error);
        }
    }

    // int rados_setxattr(rados_ioctx_t io, const char *o, const char *name, const char *buf, size_t len)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rados_setxattr")]
    public static int Set(nint ioContext, byte* name, byte* attribute, byte* buffer, nuint length)
    {
        try
        {
            return ObjectRequest.Write(ioContext, name, ObjectWrites.SetAttribute(CString.Name(attribute, "the attribute's name"), LentBytes.Copy(buffer, length)));
        }
        catch (Exception error)
        {
            return Failure.Of(error);
        }
    }

    // int rados_rmxattr(rados_ioctx_t io, const char *o, const char *name)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rados_rmxattr")]
    public static int Remove(nint ioContext, byte* name, byte* attribute)
    {
        try
        {
            return ObjectRequest.Write(ioContext, name, ObjectWrites.RemoveAttribute(CString.Name(attribute, "the attribute's name")));
        }
        catch (Exception error)
        {
            return Failure.Of(error);
        }
    }

    // int rados_getxattrs(rados_ioctx_t io, const char *oid, rados_xattrs_iter_t *iter)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rados_getxattrs")]
    public static int GetAll(nint ioContext, byte* name, nint* iterator)
    {
        try
        {
            OutBuffer.ThrowIfNull(iterator);
            int code = ObjectRequest.Read(ioContext, name, null, ObjectIterators.Attributes(iterator));
            if (code < 0)
                ObjectIterators.End(*iterator);
            return code;
        }
        catch (Exception error)
        {
            return Failure.Of(error);
        }
    }

    // int rados_getxattrs_next(rados_xattrs_iter_t iter, const char **name, const char **val, size_t *len)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rados_getxattrs_next")]
    public static int Next(nint iterator, byte** name, byte** value, nuint* length)
    {
        try
        {
            OutBuffer.ThrowIfNull(name);
            Handles.NamedValues.Get(iterator).Next(name, value, null, length);
            return 0;
        }
        catch (Exception error)
        {
            return Failure.Of(error);
        }
    }

    // void rados_getxattrs_end(rados_xattrs_iter_t iter)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rados_getxattrs_end")]
    public static void End(nint iterator)
    {
        try
        {
            ObjectIterators.End(iterator);
        }
        catch (Exception error)
        {
            Failure.Of(error);
        }
    }

    // int rados_aio_getxattr(rados_ioctx_t io, const char *o, rados_completion_t completion, const char *name, char *buf, size_t len)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rados_aio_getxattr")]
    public static int AioGet(nint ioContext, byte* name, nint completion, byte* attribute, byte* buffer, nuint length)
    {
        try
        {
            int count = 0;
            return ObjectRequest.AioRead(ioContext, name, completion, () => count, Get(attribute, buffer, length, put => count = put));
        }
        catch (Exception error)
        {
            return Failure.Of(error);
        }
    }

    // int rados_aio_getxattrs(rados_ioctx_t io, const char *oid, rados_completion_t completion, rados_xattrs_iter_t *iter)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rados_aio_getxattrs")]
    public static int AioGetAll(nint ioContext, byte* name, nint completion, nint* iterator)
    {
        try
        {
            OutBuffer.ThrowIfNull(iterator);
            return ObjectRequest.AioRead(
                ioContext, name, completion, null, ObjectIterators.Attributes(iterator));
        }
        catch (Exception error)
        {
            return Failure.Of(error);
        }
    }

    // int rados_aio_setxattr(rados_ioctx_t io, const char *o, rados_completion_t completion, const char *name, const char *buf, size_t len)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rados_aio_setxattr")]
    public static int AioSet(nint ioContext, byte* name, nint completion, byte* attribute, byte* buffer, nuint length)
    {
        try
        {
            ByteName changed = CString.Name(attribute, "the attribute's name");
            return ObjectRequest.AioWrite(ioContext, name, completion, ObjectWrites.SetAttribute(changed, LentBytes.Copy(buffer, length)));
        }
        catch (Exception error)
        {
            return Failure.Of(error);
        }
    }

    // int rados_aio_rmxattr(rados_ioctx_t io, const char *o, rados_completion_t completion, const char *name)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rados_aio_rmxattr")]
    public static int AioRemove(nint ioContext, byte* name, nint completion, byte* attribute)
    {
        try
        {
            ByteName removed = CString.Name(attribute, "the attribute's name");
            return ObjectRequest.AioWrite(ioContext, name, completion, ObjectWrites.RemoveAttribute(removed));
        }
        catch (Exception error)
        {
            return Failure.Of(error);
        }
    }

    private static ObjectStep Get(byte* attribute, byte* buffer, nuint length, Action<int> told) =>
        ObjectSteps.GetAttribute(CString.Name(attribute, "the attribute's name"), (code, value) =>
        {
            if (code >= 0)
                told(LentBytes.Put(value, buffer, length));
        });
}
