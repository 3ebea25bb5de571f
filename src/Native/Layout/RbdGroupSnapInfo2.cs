using System.Runtime.InteropServices;
using CurveRbd.Rbd;
using CurveRbd.Store;

namespace CurveRbd.Native;

/// <summary>rbd_group_snap_info2_t</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct RbdGroupSnapInfo2
{
    public byte* Id;
    public byte* Name;
    public byte* ImageSnapName;
    public int State;
    public int NamespaceType;
    public nuint ImageSnapsCount;
    public RbdGroupImageSnapInfo* ImageSnaps;

    public static RbdGroupSnapInfo2 Of(GroupSnapshot snapshot)
    {
        int count = snapshot.Images.Count;
        var images = (RbdGroupImageSnapInfo*)NativeMemory.Alloc((nuint)Math.Max(count, 1), (nuint)sizeof(RbdGroupImageSnapInfo));
        for (int i = 0; i < count; i++)
        {
            GroupImageSnapshot image = snapshot.Images[i];
            images[i] = new RbdGroupImageSnapInfo
            {
                ImageName = CString.Duplicate(image.ImageName),
                PoolId = image.PoolId,
                SnapId = image.SnapshotId,
            };
        }

        return new RbdGroupSnapInfo2
        {
            Id = CString.Duplicate((ByteName)snapshot.Id),
            Name = CString.Duplicate(snapshot.Name),
            ImageSnapName = CString.Duplicate(snapshot.ImageSnapshotName),
            State = snapshot.IsComplete ? 1 : 0,
            ImageSnapsCount = (nuint)count,
            ImageSnaps = images,
        };
    }

    public static void Free(RbdGroupSnapInfo2* snapshot)
    {
        for (nuint i = 0; i < snapshot->ImageSnapsCount; i++)
            CString.Free(snapshot->ImageSnaps[i].ImageName);
        CString.Free(snapshot->ImageSnaps);
        CString.Free(snapshot->Id);
        CString.Free(snapshot->Name);
        CString.Free(snapshot->ImageSnapName);
    }
}
