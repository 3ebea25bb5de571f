namespace CurveRbd.Rados;

/// <summary>The Ceph release whose behaviour this product has.</summary>
public static class CephRelease
{
    /// <summary>What --version prints. Programs read the number and the release's name out of this line.</summary>
    public const string Version = "ceph version 16.2.15 (618f440892089921c3e944a991122ddc44e60516) pacific (stable)";

    internal const int Number = 16;

    internal const string Name = "pacific";

    /// <summary>The oldest clients that are served, a release's name.</summary>
    internal const string OldestClient = "luminous";
}
