using System.Text;

namespace CurveRbd.Native;

/// <summary>
/// The libraries that this one needs. They lie beside it, where .NET does not look inside of a foreign program; and in a forked child they
/// must be fresh copies, for what they knew of the parent's files and locks is not true there.
/// </summary>
internal static unsafe class Companions
{
    private const int PathMax = 4096;

    /// <returns>The name to load <paramref name="file"/> by; null: leave it to .NET.</returns>
    /// <param name="directory">Where it lies; "" when only the loader knows.</param>
    public static string? Find(string directory, string file, delegate* unmanaged[Cdecl]<byte*, byte*, nuint, nint> openCopy)
    {
        string path = Path.Combine(directory, file);
        if (directory.Length == 0 || !File.Exists(path))
            return null;
        return Process.Generation == 0 ? path : Copy(path, openCopy);
    }

    private static string Copy(string path, delegate* unmanaged[Cdecl]<byte*, byte*, nuint, nint> openCopy)
    {
        byte* name = stackalloc byte[PathMax];
        fixed (byte* original = Encoding.UTF8.GetBytes(path + '\0'))
        {
            return openCopy(original, name, PathMax) != 0
                ? CString.Text(name, "the copy's name")
                : throw new DllNotFoundException($"a private copy of {path} cannot be loaded");
        }
    }
}
