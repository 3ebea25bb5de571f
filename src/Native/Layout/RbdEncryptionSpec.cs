using System.Runtime.InteropServices;

namespace CurveRbd.Native;

/// <summary>rbd_encryption_spec_t</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct RbdEncryptionSpec
{
    public int Format;
    public void* Options;
    public nuint OptionsSize;
}
