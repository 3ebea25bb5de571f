using System.Runtime.InteropServices;

namespace CurveRbd.Native;

/// <summary>rbd_image_spec_t</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct RbdImageSpec
{
    public byte* Id;
    public byte* Name;
}
