namespace CurveRbd.Cli.Ceph;

/// <summary>What a parameter of a monitor command may hold.</summary>
internal enum ParameterKind
{
    /// <summary>Any text: names, addresses, paths, which the monitor checks itself.</summary>
    Text,
    Integer,
    Float,
    Boolean,
    Choice,
}
