using System.Runtime.InteropServices;
using CurveRbd.Rbd;
using CurveRbd.Store;

namespace CurveRbd.Native;

/// <summary>rbd_image_info_t</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct RbdImageInfo
{
    private const int PrefixSize = 24;
    private const int ParentNameSize = 96;

    public ulong Size;
    public ulong ObjectSize;
    public ulong ObjectCount;
    public int Order;
    public fixed byte BlockNamePrefix[PrefixSize];
    public long ParentPool;
    public fixed byte ParentName[ParentNameSize];

    // The parent is never told here, in no release: rbd_get_parent does.
    public static void Fill(RbdImageInfo* info, Image image)
    {
        *info = new RbdImageInfo
        {
            Size = image.Size,
            ObjectSize = image.ObjectSize,
            ObjectCount = image.ObjectCount,
            Order = image.Order,
            ParentPool = -1,
        };
        byte[] prefix = ((ByteName)image.BlockNamePrefix).ToBytes();
        prefix.AsSpan(0, Math.Min(prefix.Length, PrefixSize - 1)).CopyTo(new Span<byte>(info->BlockNamePrefix, PrefixSize));
    }
}
