using System.Runtime.InteropServices;
using CurveRbd.Rbd;
using CurveRbd.Store;

namespace CurveRbd.Native;

/// <summary>rbd_linked_image_spec_t</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct RbdLinkedImageSpec
{
    public long PoolId;
    public byte* PoolName;
    public byte* PoolNamespace;
    public byte* ImageId;
    public byte* ImageName;
    public byte IsInTrash;

    public static RbdLinkedImageSpec Of(ImageParent parent) =>
        Of(parent.PoolId, parent.PoolName, parent.Namespace, parent.ImageId, parent.ImageName, parent.IsTrashed);

    public static RbdLinkedImageSpec Of(ImageChild child) =>
        Of(child.PoolId, child.PoolName, child.Namespace, child.ImageId, child.Name, child.IsTrashed);

    public static void Free(RbdLinkedImageSpec* spec)
    {
        CString.Free(spec->PoolName);
        CString.Free(spec->PoolNamespace);
        CString.Free(spec->ImageId);
        CString.Free(spec->ImageName);
    }

    private static RbdLinkedImageSpec Of(
        long poolId, ByteName poolName, ByteName poolNamespace, string imageId, ByteName imageName, bool isTrashed) => new()
    {
        PoolId = poolId,
        PoolName = CString.Duplicate(poolName),
        PoolNamespace = CString.Duplicate(poolNamespace),
        ImageId = CString.Duplicate((ByteName)imageId),
        ImageName = CString.Duplicate(imageName),
        IsInTrash = isTrashed ? (byte)1 : (byte)0,
    };
}
