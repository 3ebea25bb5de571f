namespace CurveRbd.Cli;

/// <summary>The Ceph release whose behaviour the commands have.</summary>
internal static class CephVersion
{
    // Programs read the number and the release's name out of this line.
    public const string Text = "ceph version 16.2.15 (618f440892089921c3e944a991122ddc44e60516) pacific (stable)";
}
