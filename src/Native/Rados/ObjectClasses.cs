using CurveRbd.Rados;
using CurveRbd.Store;

namespace CurveRbd.Native;

/// <summary>Methods that Ceph's object servers run. There are no such servers here.</summary>
internal static unsafe class ObjectClasses
{
    public static ObjectStep Refuse(byte* className, byte* method, Action<int>? told) => ObjectSteps.Refuse(
        Errno.EOPNOTSUPP, $"method '{CString.Text(method, "the method")}' of class '{CString.Text(className, "the class")}' is not here", told);
}
