using System.Runtime.InteropServices;
using CurveRbd.Rbd;
using CurveRbd.Store;

namespace CurveRbd.Native;

/// <summary>rbd_config_option_t</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct RbdConfigOption
{
    public byte* Name;
    public byte* Value;
    public int Source;

    public static RbdConfigOption Of(ConfigOption option) => new()
    {
        Name = CString.Duplicate((ByteName)option.Name),
        Value = CString.Duplicate(option.Value),
        Source = (int)option.Source,
    };

    public static void Free(RbdConfigOption* option)
    {
        CString.Free(option->Name);
        CString.Free(option->Value);
    }
}
