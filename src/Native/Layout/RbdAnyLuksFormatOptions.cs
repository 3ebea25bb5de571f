using System.Runtime.InteropServices;

namespace CurveRbd.Native;

/// <summary>rbd_encryption_luks_format_options_t</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct RbdAnyLuksFormatOptions
{
    public byte* Passphrase;
    public nuint PassphraseSize;
}
