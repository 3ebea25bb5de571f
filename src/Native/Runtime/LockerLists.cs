using CurveRbd.Store;

namespace CurveRbd.Native;

/// <summary>Who holds a lock, for callers that give four buffers and learn from all four lengths what they need.</summary>
internal static unsafe class LockerLists
{
    public static int Put(
        bool isHeldExclusively,
        ByteName heldTag,
        IReadOnlyList<(ByteName Client, ByteName Cookie, ByteName Address)> holders,
        int* isExclusive,
        byte* tag,
        nuint* tagLength,
        byte* clients,
        nuint* clientsLength,
        byte* cookies,
        nuint* cookiesLength,
        byte* addresses,
        nuint* addressesLength)
    {
        IEnumerable<ByteName> heldBy = holders.Select(holder => holder.Client);
        IEnumerable<ByteName> heldAs = holders.Select(holder => holder.Cookie);
        IEnumerable<ByteName> heldFrom = holders.Select(holder => holder.Address);
        bool fits = Fits((nuint)heldTag.Length + 1, tagLength)
            & Fits(OutBuffer.LengthOf(heldBy), clientsLength)
            & Fits(OutBuffer.LengthOf(heldAs), cookiesLength)
            & Fits(OutBuffer.LengthOf(heldFrom), addressesLength);
        if (!fits)
            return Failure.Of(Errno.ERANGE);
        if (isExclusive is not null)
            *isExclusive = isHeldExclusively ? 1 : 0;
        if (tag is not null)
            CString.CopyWithEnd(heldTag, tag);
        OutBuffer.PutAll(heldBy, clients);
        OutBuffer.PutAll(heldAs, cookies);
        OutBuffer.PutAll(heldFrom, addresses);
        return holders.Count;
    }

    /// <exception cref="StorageException">EINVAL</exception>
    public static void ThrowIfNull(nuint* tagLength, nuint* clientsLength, nuint* cookiesLength, nuint* addressesLength)
    {
        OutBuffer.ThrowIfNull(tagLength);
        OutBuffer.ThrowIfNull(clientsLength);
        OutBuffer.ThrowIfNull(cookiesLength);
        OutBuffer.ThrowIfNull(addressesLength);
    }

    // Each of the four lengths becomes what is needed, whether the others suffice or not.
    private static bool Fits(nuint needed, nuint* length)
    {
        bool fits = needed <= *length;
        *length = needed;
        return fits;
    }
}
