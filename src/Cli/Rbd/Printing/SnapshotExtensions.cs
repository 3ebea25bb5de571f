using CurveRbd.Rbd;

namespace CurveRbd.Cli.Rbd;

/// <summary>Which of an image's snapshots commands are about.</summary>
internal static class SnapshotExtensions
{
    public static IEnumerable<Snapshot> OfUsers(this IEnumerable<Snapshot> snapshots) =>
        snapshots.Where(snapshot => snapshot.NamespaceType == SnapshotNamespaceType.User);
}
