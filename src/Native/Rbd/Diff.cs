using System.Runtime.InteropServices;
using CurveRbd.Rbd;
using CurveRbd.Store;

namespace CurveRbd.Native;

/// <summary>What differs between two states of an image.</summary>
internal static unsafe class Diff
{
    private const uint IncludeParent = 1; // RBD_DIFF_ITERATE_FLAG_INCLUDE_PARENT
    private const uint WholeObject = 2; // RBD_DIFF_ITERATE_FLAG_WHOLE_OBJECT

    // int rbd_diff_iterate(rbd_image_t image, const char *fromsnapname, uint64_t ofs, uint64_t len, int (*cb)(uint64_t, size_t, int, void *), void *arg)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rbd_diff_iterate")]
    public static int Iterate(
        nint image, byte* from, ulong offset, ulong length, delegate* unmanaged[Cdecl]<ulong, nuint, int, nint, int> callback, nint argument)
    {
        try
        {
            return Run(image, from, offset, length, includeParent: true, wholeObject: false, callback, argument);
        }
        catch (Exception error)
        {
            return Failure.Of(error);
        }
    }

    // int rbd_diff_iterate2(rbd_image_t image, const char *fromsnapname, uint64_t ofs, uint64_t len, uint8_t include_parent, uint8_t whole_object, int (*cb)(uint64_t, size_t, int, void *), void *arg)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rbd_diff_iterate2")]
    public static int Iterate2(
        nint image, byte* from, ulong offset, ulong length, byte includeParent, byte wholeObject, delegate* unmanaged[Cdecl]<ulong, nuint, int, nint, int> callback, nint argument)
    {
        try
        {
            return Run(image, from, offset, length, includeParent != 0, wholeObject != 0, callback, argument);
        }
        catch (Exception error)
        {
            return Failure.Of(error);
        }
    }

    // int rbd_diff_iterate3(rbd_image_t image, uint64_t from_snap_id, uint64_t ofs, uint64_t len, uint32_t flags, int (*cb)(uint64_t, size_t, int, void *), void *arg)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rbd_diff_iterate3")]
    public static int Iterate3(
        nint image, ulong from, ulong offset, ulong length, uint flags, delegate* unmanaged[Cdecl]<ulong, nuint, int, nint, int> callback, nint argument)
    {
        try
        {
            if ((flags & ~(IncludeParent | WholeObject)) != 0)
                return Failure.Of(Errno.EINVAL);
            OutBuffer.ThrowIfNull((void*)callback);
            Image open = Handles.Images.Get(image).Image;
            bool includeParent = (flags & IncludeParent) != 0;
            bool wholeObject = (flags & WholeObject) != 0;
            var report = new DiffReport(callback, argument);
            CallerThread.Run(caller => open.DiffAsync(
                from, offset, length, includeParent, wholeObject, report.On(caller), CancellationToken.None));
            return 0;
        }
        catch (Exception error)
        {
            return Failure.Of(error);
        }
    }

    private static int Run(
        nint handle, byte* from, ulong offset, ulong length, bool includeParent, bool wholeObject, delegate* unmanaged[Cdecl]<ulong, nuint, int, nint, int> callback, nint argument)
    {
        OutBuffer.ThrowIfNull((void*)callback);
        Image image = Handles.Images.Get(handle).Image;
        ByteName? since = CString.NameOrNull(from);
        var report = new DiffReport(callback, argument);
        CallerThread.Run(caller => image.DiffAsync(
            since, offset, length, includeParent, wholeObject, report.On(caller), CancellationToken.None));
        return 0;
    }
}
