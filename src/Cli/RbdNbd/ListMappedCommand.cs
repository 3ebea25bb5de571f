using CurveRbd.Cli.Devices;

namespace CurveRbd.Cli.RbdNbd;

/// <summary><c>rbd-nbd list-mapped</c></summary>
internal sealed class ListMappedCommand : Command
{
    public override string Name => "list-mapped";

    public override string Summary => "List the images that are block devices of this host.";

    public override IReadOnlyList<Option> Options => OutputFormat.Options;

    public override Task RunAsync(CommandSession session)
    {
        session.Terminal.Print(DeviceListing.Of(new MappedDevices().List(), OutputFormat.Choose(session.Arguments), "image"));
        return Task.CompletedTask;
    }
}
