using System.Runtime.InteropServices;
using CurveRbd.Rados;
using CurveRbd.Store;

namespace CurveRbd.Native;

/// <summary>
/// Ceph's own libraries, where they are installed beside ours. A rados_t whose configuration names monitors of nobody we know connects
/// with them, and the C libraries lead its calls there from then on (shim/ceph/).
/// </summary>
internal static unsafe class CephLibraries
{
    private const int ReasonSize = 4096;

    private static delegate* unmanaged[Cdecl]<int> s_areThere;
    private static delegate* unmanaged[Cdecl]<nint, byte*, byte*, byte*, byte**, byte*, nuint, int> s_connect;

    public static void Use(
        delegate* unmanaged[Cdecl]<int> areThere,
        delegate* unmanaged[Cdecl]<nint, byte*, byte*, byte*, byte**, byte*, nuint, int> connect)
    {
        s_areThere = areThere;
        s_connect = connect;
    }

    public static bool Serve(CephConf conf) => s_areThere is not null && s_areThere() != 0 && conf.NamesCeph;

    /// <exception cref="StorageException">What Ceph's library answered.</exception>
    public static void Connect(nint cluster, CephConf conf)
    {
        List<nint> lent = [];
        byte* reason = stackalloc byte[ReasonSize];
        *reason = 0;
        try
        {
            nint[] options = [.. conf.Given.SelectMany(given => new[] { Lend(given.Option, lent), Lend(given.Value, lent) }), 0];
            int result;
            fixed (nint* list = options)
            {
                result = s_connect(
                    cluster,
                    (byte*)Lend(conf.ClusterName, lent),
                    (byte*)Lend(conf.Name.ToString(), lent),
                    conf.FilePath is { } file ? (byte*)Lend(file, lent) : null,
                    (byte**)list,
                    reason,
                    ReasonSize);
            }

            if (result < 0)
                throw Refusal((Errno)(-result), CString.Text(reason, "the reason"));
        }
        finally
        {
            lent.ForEach(Marshal.FreeHGlobal);
        }
    }

    private static StorageException Refusal(Errno errno, string reason)
    {
        Defects.Tell(reason);
        return new StorageException(errno, reason);
    }

    private static nint Lend(string text, List<nint> lent) => Lend(ByteName.FromText(text), lent);

    private static nint Lend(ByteName text, List<nint> lent)
    {
        byte[] bytes = text.ToBytes();
        nint memory = Marshal.AllocHGlobal(bytes.Length + 1);
        lent.Add(memory);
        bytes.CopyTo(new Span<byte>((void*)memory, bytes.Length));
        ((byte*)memory)[bytes.Length] = 0;
        return memory;
    }
}
