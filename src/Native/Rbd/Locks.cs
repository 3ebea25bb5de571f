using System.Runtime.InteropServices;
using CurveRbd.Store;

namespace CurveRbd.Native;

/// <summary>Advisory locks. None can be taken yet.</summary>
internal static unsafe class Locks
{
    // ssize_t rbd_list_lockers(rbd_image_t image, int *exclusive, char *tag, size_t *tag_len, char *clients, size_t *clients_len, char *cookies, size_t *cookies_len, char *addrs, size_t *addrs_len)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rbd_list_lockers")]
    public static nint List(
        nint image, int* exclusive, byte* tag, nuint* tagLength, byte* clients, nuint* clientsLength, byte* cookies, nuint* cookiesLength, byte* addresses, nuint* addressesLength)
    {
        try
        {
            OutBuffer.ThrowIfNull(tagLength);
            OutBuffer.ThrowIfNull(clientsLength);
            OutBuffer.ThrowIfNull(cookiesLength);
            OutBuffer.ThrowIfNull(addressesLength);
            Handles.Images.Get(image);
            bool fits = *tagLength >= 1;
            *tagLength = 1;
            *clientsLength = 0;
            *cookiesLength = 0;
            *addressesLength = 0;
            if (!fits)
                return Failure.Of(Errno.ERANGE);
            if (exclusive is not null)
                *exclusive = 0;
            if (tag is not null)
                *tag = 0;
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
            Handles.Images.Get(image);
            return Failure.Of(Errno.ENOENT);
        }
        catch (Exception error)
        {
            return Failure.Of(error);
        }
    }
}
