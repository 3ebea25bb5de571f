using CurveRbd.Rados;
using CurveRbd.Stores;

namespace CurveRbd.Native;

/// <summary>What the native library is put together from.</summary>
internal static class Composition
{
    public static IStoreProvider Stores { get; } = new ConfiguredStores();

    /// <param name="library">The name to load SQLite by; null: leave it to .NET.</param>
    public static void UseSqlite(string? library) => ConfiguredStores.SqliteLibrary = library;
}
