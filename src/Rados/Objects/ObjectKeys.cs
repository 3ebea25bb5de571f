using CurveRbd.Store;

namespace CurveRbd.Rados;

/// <summary>Where the records of a pool's objects lie (docs/records.md).</summary>
internal sealed class ObjectKeys(long poolId)
{
    private readonly string _root = PoolKeys.Content(poolId) + "rados/";

    public string Headers => _root + "object/";

    public string Header(ObjectId id) => Headers + Path(id);

    public string HeadersOf(ByteName objectNamespace) => $"{Headers}{objectNamespace.Encode()}/";

    public string Chunk(string chunk) => _root + "data/" + chunk;

    public string OmapEntries(string omap) => $"{_root}omap/{omap}/";

    // In hexadecimal, so that the order of keys is the order of the names' bytes, whatever they are.
    public string OmapEntry(string omap, ByteName key) => OmapEntries(omap) + OmapSuffix(key);

    public static string OmapSuffix(ByteName key) => Convert.ToHexString(key.ToBytes());

    public string AllGarbage => _root + "garbage/";

    public string Garbage(string id) => AllGarbage + id;

    /// <summary>Held, with a session, by whoever still needs the garbage of that id.</summary>
    public string GarbageHold(string id) => $"{_root}garbage-hold/{id}";

    public string Watchers(ObjectId id) => $"{_root}watch/{Path(id)}/";

    public string Notifications(ObjectId id) => $"{_root}notify/{Path(id)}/";

    public string Acknowledgements(ulong notification) => $"{_root}notify-ack/{notification:x16}/";

    public ObjectId IdOf(string headerKey)
    {
        string[] parts = headerKey[Headers.Length..].Split('/');
        return new ObjectId(ByteName.Decode(parts[0]), ByteName.Decode(parts[1]), ByteName.Decode(parts[2]));
    }

    private static string Path(ObjectId id) => $"{id.Namespace.Encode()}/{id.Name.Encode()}/{id.Locator.Encode()}";
}
