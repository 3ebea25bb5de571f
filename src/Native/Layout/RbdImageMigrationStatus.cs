using System.Runtime.InteropServices;
using CurveRbd.Rbd;
using CurveRbd.Store;

namespace CurveRbd.Native;

/// <summary>rbd_image_migration_status_t</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct RbdImageMigrationStatus
{
    public long SourcePoolId;
    public byte* SourcePoolNamespace;
    public byte* SourceImageName;
    public byte* SourceImageId;
    public long DestinationPoolId;
    public byte* DestinationPoolNamespace;
    public byte* DestinationImageName;
    public byte* DestinationImageId;
    public int State;
    public byte* StateDescription;

    public static RbdImageMigrationStatus Of(MigrationStatus status) => new()
    {
        SourcePoolId = status.SourcePoolId,
        SourcePoolNamespace = CString.Duplicate(status.SourceNamespace),
        SourceImageName = CString.Duplicate(status.SourceName),
        SourceImageId = CString.Duplicate((ByteName)status.SourceId),
        DestinationPoolId = status.DestinationPoolId,
        DestinationPoolNamespace = CString.Duplicate(status.DestinationNamespace),
        DestinationImageName = CString.Duplicate(status.DestinationName),
        DestinationImageId = CString.Duplicate((ByteName)status.DestinationId),
        State = (int)status.State,
        StateDescription = CString.Duplicate((ByteName)status.StateDescription),
    };

    public static void Free(RbdImageMigrationStatus* status)
    {
        CString.Free(status->SourcePoolNamespace);
        CString.Free(status->SourceImageName);
        CString.Free(status->SourceImageId);
        CString.Free(status->DestinationPoolNamespace);
        CString.Free(status->DestinationImageName);
        CString.Free(status->DestinationImageId);
        CString.Free(status->StateDescription);
    }
}
