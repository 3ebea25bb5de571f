namespace CurveRbd.TestCluster;

/// <summary>What a name that a nebd client opens says: <c>cbd:POOL/PATH_OWNER_[:CONF]</c>.</summary>
internal sealed record NebdFileName(string Path, string Owner)
{
    private const string Backend = "cbd:";

    /// <returns>null: malformed.</returns>
    public static NebdFileName? Parse(string name)
    {
        if (!name.StartsWith(Backend, StringComparison.Ordinal) || name.IndexOf('/', StringComparison.Ordinal) is not (>= 0 and var slash))
            return null;
        int start = slash + 1;
        int colon = name.LastIndexOf(':');
        string volume = colon < start ? name[start..] : name[start..colon];
        if (volume.Length <= 2)
            return null;

        // The owner stands between the last two '_'.
        int end = volume.LastIndexOf('_');
        int begin = end <= 0 ? -1 : volume.LastIndexOf('_', end - 1);
        return begin < 0 ? null : new NebdFileName(volume[..begin], volume[(begin + 1)..end]);
    }
}
