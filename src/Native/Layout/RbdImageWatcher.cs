using System.Runtime.InteropServices;

namespace CurveRbd.Native;

/// <summary>rbd_image_watcher_t</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct RbdImageWatcher
{
    public byte* Address;
    public long Id;
    public ulong Cookie;
}
