using System.Runtime.InteropServices;
using CurveRbd.Store;

namespace CurveRbd.Native;

/// <summary>rbd_mirror_image_site_status_t</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct RbdMirrorImageSiteStatus
{
    public const string NotFound = "status not found";

    public byte* MirrorUuid;
    public int State;
    public byte* Description;
    public long LastUpdate;
    public byte Up;

    /// <summary>This cluster's own, of an image that no mirroring daemon ever saw.</summary>
    public static RbdMirrorImageSiteStatus Unknown() => new()
    {
        MirrorUuid = CString.Duplicate(ByteName.Empty),
        Description = CString.Duplicate((ByteName)NotFound),
    };
}
