using System.Runtime.InteropServices;
using CurveRbd.Store;

namespace CurveRbd.Native;

/// <summary>rbd_mirror_image_global_status_t</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct RbdMirrorImageGlobalStatus
{
    public byte* Name;
    public RbdMirrorImageInfo Info;
    public uint SiteStatusesCount;
    public RbdMirrorImageSiteStatus* SiteStatuses;

    /// <inheritdoc cref="RbdMirrorImageStatus.Unknown"/>
    public static RbdMirrorImageGlobalStatus Unknown(ByteName image)
    {
        var sites = (RbdMirrorImageSiteStatus*)NativeMemory.Alloc((nuint)sizeof(RbdMirrorImageSiteStatus));
        *sites = RbdMirrorImageSiteStatus.Unknown();
        return new RbdMirrorImageGlobalStatus
        {
            Name = CString.Duplicate(image),
            Info = RbdMirrorImageInfo.Disabled(),
            SiteStatusesCount = 1,
            SiteStatuses = sites,
        };
    }

    public static void Free(RbdMirrorImageGlobalStatus* status)
    {
        for (uint i = 0; i < status->SiteStatusesCount; i++)
        {
            CString.Free(status->SiteStatuses[i].MirrorUuid);
            CString.Free(status->SiteStatuses[i].Description);
        }

        CString.Free(status->SiteStatuses);
        CString.Free(status->Info.GlobalId);
        CString.Free(status->Name);
    }
}
