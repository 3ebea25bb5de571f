using System.Runtime.InteropServices;
using CurveRbd.Rbd;
using CurveRbd.Store;

namespace CurveRbd.Native;

/// <summary>Advisory locks: nobody is kept from anything, but everybody can see who holds one.</summary>
internal static unsafe class Locks
{
    // ssize_t rbd_list_lockers(rbd_image_t image, int *exclusive, char *tag, size_t *tag_len, char *clients, size_t *clients_len, char *cookies, size_t *cookies_len, char *addrs, size_t *addrs_len)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rbd_list_lockers")]
    public static nint List(
        nint image, int* exclusive, byte* tag, nuint* tagLength, byte* clients, nuint* clientsLength, byte* cookies, nuint* cookiesLength, byte* addresses, nuint* addressesLength)
    {
        try
        {
            LockerLists.ThrowIfNull(tagLength, clientsLength, cookiesLength, addressesLength);
            Image open = Handles.Images.Get(image).Image;
            AdvisoryLockState state = Control.Run(() => open.Locks.GetAsync(CancellationToken.None));
            return LockerLists.Put(
                state.IsExclusive,
                state.Tag,
                [.. state.Owners.Select(owner => ((ByteName)owner.Client, owner.Cookie, (ByteName)owner.Address))],
                exclusive, tag, tagLength, clients, clientsLength, cookies, cookiesLength, addresses, addressesLength);
        }
        catch (Exception error)
        {
            return Failure.Of(error);
        }
    }

    // int rbd_lock_exclusive(rbd_image_t image, const char *cookie)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rbd_lock_exclusive")]
    public static int LockExclusive(nint image, byte* cookie)
    {
        try
        {
            Image open = Handles.Images.Get(image).Image;
            ByteName owned = CString.Name(cookie, "the lock's cookie");
            Control.Run(() => open.Locks.LockExclusiveAsync(owned, CancellationToken.None));
            return 0;
        }
        catch (Exception error)
        {
            return Failure.Of(error);
        }
    }

    // int rbd_lock_shared(rbd_image_t image, const char *cookie, const char *tag)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rbd_lock_shared")]
    public static int LockShared(nint image, byte* cookie, byte* tag)
    {
        try
        {
            Image open = Handles.Images.Get(image).Image;
            ByteName owned = CString.Name(cookie, "the lock's cookie");
            ByteName shared = CString.Name(tag, "the lock's tag");
            Control.Run(() => open.Locks.LockSharedAsync(owned, shared, CancellationToken.None));
            return 0;
        }
        catch (Exception error)
        {
            return Failure.Of(error);
        }
    }

    // int rbd_unlock(rbd_image_t image, const char *cookie)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rbd_unlock")]
    public static int Unlock(nint image, byte* cookie)
    {
        try
        {
            Image open = Handles.Images.Get(image).Image;
            ByteName owned = CString.Name(cookie, "the lock's cookie");
            Control.Run(() => open.Locks.UnlockAsync(owned, CancellationToken.None));
            return 0;
        }
        catch (Exception error)
        {
            return Failure.Of(error);
        }
    }

    // int rbd_break_lock(rbd_image_t image, const char *client, const char *cookie)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rbd_break_lock")]
    public static int Break(nint image, byte* client, byte* cookie)
    {
        try
        {
            Image open = Handles.Images.Get(image).Image;
            string holder = CString.Text(client, "the lock's client");
            ByteName owned = CString.Name(cookie, "the lock's cookie");
            Control.Run(() => open.Locks.BreakAsync(holder, owned, CancellationToken.None));
            return 0;
        }
        catch (Exception error)
        {
            return Failure.Of(error);
        }
    }
}
