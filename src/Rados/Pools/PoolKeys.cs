using CurveRbd.Store;

namespace CurveRbd.Rados;

/// <summary>Where the records of pools lie (docs/records.md).</summary>
internal static class PoolKeys
{
    public const string LastId = "pools/last-id";

    public const string AllById = "pools/id/";

    /// <summary>Everything that lies in a pool; deleting the pool deletes it.</summary>
    public static string Content(long id) => $"pool/{id}/";

    // With leading zeros the order of keys is the order of ids.
    public static string ById(long id) => $"{AllById}{id:D19}";

    public static string ByName(ByteName name) => $"pools/name/{name.Encode()}";

    /// <summary>Claims a directory of the volume store for one pool.</summary>
    public static string Directory(string directory) => $"pools/directory/{directory}";

    /// <summary>Held, with a session, by the client that deletes the pool's content.</summary>
    public static string Deletion(long id) => $"pools/deletion/{id:D19}";
}
