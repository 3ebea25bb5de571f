namespace CurveRbd.Cli.RbdNbd;

/// <summary>The <c>rbd-nbd</c> command: the device commands of <c>rbd</c> under the names of Ceph's own program.</summary>
internal static class RbdNbdProgram
{
    // ceph-csi looks for --cookie in this help before it uses one.
    public static CommandTable Table { get; } = new("rbd-nbd", "Make block devices of images. Devices are named with --device and known by their --cookie.",
    [
        new AttachCommand(),
        new DetachCommand(),
        new ListMappedCommand(),
        new MapCommand(),
        new UnmapCommand(),
    ]);
}
