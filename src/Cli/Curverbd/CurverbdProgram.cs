using CurveRbd.Cli.Devices;

namespace CurveRbd.Cli.Curverbd;

/// <summary>The <c>curverbd</c> command: what Ceph's commands have no word for.</summary>
internal static class CurverbdProgram
{
    public static CommandTable Table { get; } = new("curverbd", "Look after CurveRbd. 'curverbd rbd ...' and 'curverbd ceph ...' are Ceph's commands.",
    [
        new CheckCommand(),
        new ConfigShowCommand(),
        new DeviceServerCommand(),
        new NbdServeCommand(),
        new VersionCommand(),
    ]);
}
