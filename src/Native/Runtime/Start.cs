using System.Runtime.InteropServices;

namespace CurveRbd.Native;

/// <summary>The first call of a process, from the C libraries.</summary>
internal static unsafe class Start
{
    // int curverbd_start(const struct curverbd_start *)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_start")]
    public static int Run(Arguments* arguments)
    {
        try
        {
            Process.Generation = arguments->Generation;
            string directory = CString.Text(arguments->Directory, "the library's directory");
            CephLibraries.Use(arguments->HasCeph, arguments->ConnectCeph);
            Composition.UseSqlite(Companions.Find(directory, "libe_sqlite3.so", arguments->OpenCopy));
            return 0;
        }
        catch (Exception error)
        {
            return Failure.Of(error);
        }
    }

    /// <summary>struct curverbd_start of shim/core.h</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct Arguments
    {
        public int Generation;
        public byte* Directory;
        public delegate* unmanaged[Cdecl]<byte*, byte*, nuint, nint> OpenCopy;
        public delegate* unmanaged[Cdecl]<int> HasCeph;
        public delegate* unmanaged[Cdecl]<nint, byte*, byte*, byte*, byte**, byte*, nuint, int> ConnectCeph;
    }
}
