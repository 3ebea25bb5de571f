namespace CurveRbd.Cli.Rbd;

/// <summary>What of Ceph's <c>rbd</c> does not exist here, and why.</summary>
internal static class RefusedCommands
{
    private const string NoJournal = "There are no journals: an image is durable in its volume, and no other cluster replays it.";
    private const string NoMirroring = "Images are not mirrored between clusters. Use 'rbd export-diff' and 'rbd import-diff'.";
    private const string NoManager =
        "Schedules are kept by Ceph's manager daemon, which does not exist here. Let cron or a systemd timer run 'rbd trash purge'.";
    private const string NoMirrorSchedule =
        "Schedules are kept by Ceph's manager daemon, and images are not mirrored. Let cron or a systemd timer run 'rbd export-diff'.";
    private const string NoPersistentCache = "There is no persistent cache in a host: nothing can be left in it.";
    private const string NoImageCounters =
        "Ceph's manager daemon gathers these numbers from its OSDs; there is none here. Look at the clients' own disks (iostat, virsh domblkstat).";

    public static IReadOnlyList<Command> All { get; } =
    [
        new RefusedCommand("journal client disconnect", null, NoJournal),
        new RefusedCommand("journal export", null, NoJournal),
        new RefusedCommand("journal import", null, NoJournal),
        new RefusedCommand("journal info", null, NoJournal),
        new RefusedCommand("journal inspect", null, NoJournal),
        new RefusedCommand("journal reset", null, NoJournal),
        new RefusedCommand("journal status", null, NoJournal),
        new RefusedCommand("mirror image demote", null, NoMirroring),
        new RefusedCommand("mirror image disable", null, NoMirroring),
        new RefusedCommand("mirror image enable", null, NoMirroring),
        new RefusedCommand("mirror image promote", null, NoMirroring),
        new RefusedCommand("mirror image resync", null, NoMirroring),
        new RefusedCommand("mirror image snapshot", null, NoMirroring),
        new RefusedCommand("mirror pool demote", null, NoMirroring),
        new RefusedCommand("mirror pool disable", null, NoMirroring),
        new RefusedCommand("mirror pool enable", null, NoMirroring),
        new RefusedCommand("mirror pool peer add", null, NoMirroring),
        new RefusedCommand("mirror pool peer bootstrap create", null, NoMirroring),
        new RefusedCommand("mirror pool peer bootstrap import", null, NoMirroring),
        new RefusedCommand("mirror pool peer remove", null, NoMirroring),
        new RefusedCommand("mirror pool peer set", null, NoMirroring),
        new RefusedCommand("mirror pool promote", null, NoMirroring),
        new RefusedCommand("mirror snapshot schedule add", null, NoMirrorSchedule),
        new RefusedCommand("mirror snapshot schedule list", "mirror snapshot schedule ls", NoMirrorSchedule),
        new RefusedCommand("mirror snapshot schedule remove", "mirror snapshot schedule rm", NoMirrorSchedule),
        new RefusedCommand("mirror snapshot schedule status", null, NoMirrorSchedule),
        new RefusedCommand("perf image iostat", null, NoImageCounters),
        new RefusedCommand("perf image iotop", null, NoImageCounters),
        new RefusedCommand("persistent-cache flush", null, NoPersistentCache),
        new RefusedCommand("persistent-cache invalidate", null, NoPersistentCache),
        new RefusedCommand("trash purge schedule add", null, NoManager),
        new RefusedCommand("trash purge schedule list", "trash purge schedule ls", NoManager),
        new RefusedCommand("trash purge schedule remove", "trash purge schedule rm", NoManager),
        new RefusedCommand("trash purge schedule status", null, NoManager),
    ];
}
