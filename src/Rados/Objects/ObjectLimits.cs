namespace CurveRbd.Rados;

/// <summary>What one object may hold. Objects are records: small things beside images, in stores whose requests are bounded.</summary>
internal static class ObjectLimits
{
    public const int ChunkSize = 256 * 1024;

    public const int SizeMax = 16 * 1024 * 1024;

    /// <summary>Of an extended attribute, a value of the omap, a notification.</summary>
    public const int ValueSizeMax = 512 * 1024;

    /// <summary>Of all extended attributes of an object together: they lie in one record.</summary>
    public const int AttributesSizeMax = 512 * 1024;

    // Ceph's own limits (osd_max_object_name_len, osd_max_attr_name_len), and one that keeps keys short where Ceph has none.
    public const int NameLengthMax = 2048;
    public const int AttributeNameLengthMax = 100;
    public const int OmapKeyLengthMax = 8192;

    // etcd takes 128 operations and 1.5 MiB in a request, conditions and the encoding of keys included.
    public const int TransactionChangesMax = 100;
    public const int TransactionBytesMax = 1024 * 1024;
}
