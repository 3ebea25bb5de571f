using CurveRbd.Cli.Devices;
using CurveRbd.Cli.Rbd;

namespace CurveRbd.Cli.RbdNbd;

/// <summary><c>rbd-nbd unmap</c></summary>
internal sealed class UnmapCommand : Command
{
    private static readonly Switch s_force = new("force", "even if it is in use");

    public override string Name => "unmap";

    public override string Summary => "Take a block device away.";

    public override IReadOnlyList<Option> Options { get; } = [s_force];

    public override IReadOnlyList<Positional> Positionals { get; } = [DeviceSpec.Word];

    public override Task RunAsync(CommandSession session)
    {
        DeviceSpec spec = DeviceSpec.Read(session.Arguments);
        return new DeviceUnmapping(session, session.Arguments.Has(s_force)).RunAsync(spec.Text, spec.Path);
    }
}
