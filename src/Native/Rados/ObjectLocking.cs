using System.Runtime.InteropServices;
using CurveRbd.Rados;
using CurveRbd.Store;

namespace CurveRbd.Native;

/// <summary>Advisory locks on objects.</summary>
internal static unsafe class ObjectLocking
{
    // int rados_lock_exclusive(rados_ioctx_t io, const char *oid, const char *name, const char *cookie, const char *desc, struct timeval *duration, uint8_t flags)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rados_lock_exclusive")]
    public static int LockExclusive(nint ioContext, byte* name, byte* lockName, byte* cookie, byte* description, TimeVal* duration, byte flags)
    {
        try
        {
            return ObjectRequest.Write(
                ioContext, name, Take(lockName, cookie, null, description, isExclusive: true, duration, flags));
        }
        catch (Exception error)
        {
            return Failure.Of(error);
        }
    }

    // int rados_lock_shared(rados_ioctx_t io, const char *o, const char *name, const char *cookie, const char *tag, const char *desc, struct timeval *duration, uint8_t flags)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rados_lock_shared")]
    public static int LockShared(
        nint ioContext, byte* name, byte* lockName, byte* cookie, byte* tag, byte* description, TimeVal* duration, byte flags)
    {
        try
        {
            return ObjectRequest.Write(
                ioContext, name, Take(lockName, cookie, tag, description, isExclusive: false, duration, flags));
        }
        catch (Exception error)
        {
            return Failure.Of(error);
        }
    }

    // int rados_unlock(rados_ioctx_t io, const char *o, const char *name, const char *cookie)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rados_unlock")]
    public static int Unlock(nint ioContext, byte* name, byte* lockName, byte* cookie)
    {
        try
        {
            return ObjectRequest.Write(ioContext, name, ObjectLocks.Release(CString.Name(lockName, "the lock's name"), Cookie(cookie)));
        }
        catch (Exception error)
        {
            return Failure.Of(error);
        }
    }

    // int rados_aio_unlock(rados_ioctx_t io, const char *o, const char *name, const char *cookie, rados_completion_t completion)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rados_aio_unlock")]
    public static int AioUnlock(nint ioContext, byte* name, byte* lockName, byte* cookie, nint completion)
    {
        try
        {
            return ObjectRequest.AioWrite(ioContext, name, completion, ObjectLocks.Release(CString.Name(lockName, "the lock's name"), Cookie(cookie)));
        }
        catch (Exception error)
        {
            return Failure.Of(error);
        }
    }

    // int rados_break_lock(rados_ioctx_t io, const char *o, const char *name, const char *client, const char *cookie)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rados_break_lock")]
    public static int Break(nint ioContext, byte* name, byte* lockName, byte* client, byte* cookie)
    {
        try
        {
            ByteName broken = CString.Name(lockName, "the lock's name");
            ByteName holder = CString.Name(client, "the client");
            if (!IsClient(holder.ToString()))
                return Failure.Of(Errno.EINVAL);
            return ObjectRequest.Write(ioContext, name, ObjectLocks.Break(broken, holder, Cookie(cookie)));
        }
        catch (Exception error)
        {
            return Failure.Of(error);
        }
    }

    // ssize_t rados_list_lockers(rados_ioctx_t io, const char *o, const char *name, int *exclusive, char *tag, size_t *tag_len, char *clients, size_t *clients_len, char *cookies, size_t *cookies_len, char *addrs, size_t *addrs_len)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rados_list_lockers")]
    public static nint List(
        nint ioContext, byte* name, byte* lockName, int* isExclusive, byte* tag, nuint* tagLen, byte* clients, nuint* clientsLen, byte* cookies, nuint* cookiesLen, byte* addrs, nuint* addrsLen)
    {
        try
        {
            LockerLists.ThrowIfNull(tagLen, clientsLen, cookiesLen, addrsLen);
            ObjectLockState? held = null;
            int code = ObjectRequest.Read(ioContext, name, null, ObjectLocks.List(CString.Name(lockName, "the lock's name"), (_, state) => held = state));
            if (code < 0)
                return code;
            held ??= new ObjectLockState(IsExclusive: false, ByteName.Empty, []);
            return LockerLists.Put(
                held.IsExclusive,
                held.Tag,
                [.. held.Owners.Select(owner => ((ByteName)owner.Client, owner.Cookie, (ByteName)owner.Address))],
                isExclusive, tag, tagLen, clients, clientsLen, cookies, cookiesLen, addrs, addrsLen);
        }
        catch (Exception error)
        {
            return Failure.Of(error);
        }
    }

    private static ObjectStep Take(byte* lockName, byte* cookie, byte* tag, byte* description, bool isExclusive, TimeVal* duration, byte flags)
    {
        // No time is all the time.
        TimeSpan? limit = duration is null || duration->ToTimeSpan() == TimeSpan.Zero ? null : duration->ToTimeSpan();
        ObjectLockRenewal renewal = (flags & 2) != 0 ? ObjectLockRenewal.Must : (flags & 1) != 0 ? ObjectLockRenewal.May : ObjectLockRenewal.Refused;
        return ObjectLocks.Take(
            CString.Name(lockName, "the lock's name"),
            Cookie(cookie),
            CString.NameOrNull(tag) ?? ByteName.Empty,
            CString.NameOrNull(description) ?? ByteName.Empty,
            isExclusive,
            limit,
            renewal);
    }

    private static ByteName Cookie(byte* cookie) => CString.NameOrNull(cookie) ?? ByteName.Empty;

    private static bool IsClient(string name) => name.IndexOf('.', StringComparison.Ordinal) is > 0 and var dot && ulong.TryParse(name.AsSpan(dot + 1), out _);
}
