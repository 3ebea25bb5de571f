using System.Runtime.InteropServices;
using CurveRbd.Rbd;
using CurveRbd.Store;

namespace CurveRbd.Native;

/// <summary>The managed lock: who alone may write to the image.</summary>
internal static unsafe class ExclusiveLocks
{
    // int rbd_is_exclusive_lock_owner(rbd_image_t image, int *is_owner)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rbd_is_exclusive_lock_owner")]
    public static int IsOwner(nint image, int* isOwner)
    {
        try
        {
            OutBuffer.ThrowIfNull(isOwner);
            *isOwner = Handles.Images.Get(image).Image.Ownership.IsOwner ? 1 : 0;
            return 0;
        }
        catch (Exception error)
        {
            return Failure.Of(error);
        }
    }

    // int rbd_lock_acquire(rbd_image_t image, rbd_lock_mode_t lock_mode)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rbd_lock_acquire")]
    public static int Acquire(nint image, int mode)
    {
        try
        {
            Image open = Handles.Images.Get(image).Image;
            Control.Run(() => open.Ownership.AcquireAsync((OwnershipMode)mode, CancellationToken.None));
            return 0;
        }
        catch (Exception error)
        {
            return Failure.Of(error);
        }
    }

    // int rbd_lock_release(rbd_image_t image)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rbd_lock_release")]
    public static int Release(nint image)
    {
        try
        {
            Image open = Handles.Images.Get(image).Image;
            Control.Run(() => open.Ownership.ReleaseAsync(CancellationToken.None));
            return 0;
        }
        catch (Exception error)
        {
            return Failure.Of(error);
        }
    }

    // int rbd_lock_get_owners(rbd_image_t image, rbd_lock_mode_t *lock_mode, char **lock_owners, size_t *max_lock_owners)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rbd_lock_get_owners")]
    public static int Owners(nint image, int* mode, byte** owners, nuint* max)
    {
        try
        {
            OutBuffer.ThrowIfNull(max);
            Image open = Handles.Images.Get(image).Image;
            string? owner = Control.Run(() => open.Ownership.GetOwnerAsync(CancellationToken.None));
            if (owner is null)
                return Failure.Of(Errno.ENOENT);
            bool fits = *max >= 1;
            *max = 1;
            if (!fits)
                return Failure.Of(Errno.ERANGE);
            OutBuffer.ThrowIfNull(owners);
            if (mode is not null)
                *mode = (int)OwnershipMode.Exclusive;
            owners[0] = CString.Duplicate((ByteName)owner);
            return 0;
        }
        catch (Exception error)
        {
            return Failure.Of(error);
        }
    }

    // void rbd_lock_get_owners_cleanup(char **lock_owners, size_t lock_owner_count)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rbd_lock_get_owners_cleanup")]
    public static void CleanupOwners(byte** owners, nuint count)
    {
        try
        {
            for (nuint i = 0; i < count; i++)
                CString.Free(owners[i]);
        }
        catch (Exception error)
        {
            Failure.Of(error);
        }
    }

    // int rbd_lock_break(rbd_image_t image, rbd_lock_mode_t lock_mode, const char *lock_owner)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rbd_lock_break")]
    public static int Break(nint image, int mode, byte* owner)
    {
        try
        {
            Image open = Handles.Images.Get(image).Image;
            string holder = CString.Text(owner, "the lock's owner");
            Control.Run(() => open.Ownership.BreakAsync((OwnershipMode)mode, holder, CancellationToken.None));
            return 0;
        }
        catch (Exception error)
        {
            return Failure.Of(error);
        }
    }
}
