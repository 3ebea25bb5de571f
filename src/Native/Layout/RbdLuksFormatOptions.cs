using System.Runtime.InteropServices;

namespace CurveRbd.Native;

/// <summary>rbd_encryption_luks1_format_options_t and rbd_encryption_luks2_format_options_t</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct RbdLuksFormatOptions
{
    public int Algorithm;
    public byte* Passphrase;
    public nuint PassphraseSize;
}
