using System.Runtime.InteropServices;

namespace CurveRbd.Native;

/// <summary>rados_object_list_item. Its strings are from malloc and end with a NUL that their length does not count.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct RadosObjectListItem
{
    public nuint NameLength;
    public byte* Name;
    public nuint NamespaceLength;
    public byte* Namespace;
    public nuint LocatorLength;
    public byte* Locator;
}
