using System.Reflection;
using System.Runtime.InteropServices;
using SQLitePCL;

namespace CurveRbd.Local;

/// <summary>Which file SQLite's native code is loaded from.</summary>
internal static class SqliteLoader
{
    private static readonly Lock s_lock = new();
    private static bool s_isLoaded;
    private static nint s_library;

    /// <summary>A file to load in place of <c>libe_sqlite3.so</c> beside the program; null = that one. Counts until the first use.</summary>
    public static string? Path { get; set; }

    public static void Load()
    {
        lock (s_lock)
        {
            if (s_isLoaded)
                return;
            if (Path is { } path)
                LoadFrom(path);
            raw.SetProvider(new SQLite3Provider_e_sqlite3());
            s_isLoaded = true;
        }
    }

    private static void LoadFrom(string path)
    {
        s_library = NativeLibrary.Load(path);
        NativeLibrary.SetDllImportResolver(typeof(SQLite3Provider_e_sqlite3).Assembly, Resolve);
    }

    private static nint Resolve(string name, Assembly assembly, DllImportSearchPath? searchPath) => name == "e_sqlite3" ? s_library : 0;
}
