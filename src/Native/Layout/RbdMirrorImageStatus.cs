using System.Runtime.InteropServices;
using CurveRbd.Store;

namespace CurveRbd.Native;

/// <summary>rbd_mirror_image_status_t</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct RbdMirrorImageStatus
{
    public byte* Name;
    public RbdMirrorImageInfo Info;
    public int State;
    public byte* Description;
    public long LastUpdate;
    public byte Up;

    /// <summary>Of an image that no mirroring daemon ever saw.</summary>
    public static RbdMirrorImageStatus Unknown(ByteName image) => new()
    {
        Name = CString.Duplicate(image),
        Info = RbdMirrorImageInfo.Disabled(),
        Description = CString.Duplicate((ByteName)RbdMirrorImageSiteStatus.NotFound),
    };
}
