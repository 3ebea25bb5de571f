using CurveRbd.Cli.Devices;

namespace CurveRbd.Cli.Rbd;

/// <summary><c>rbd device list</c></summary>
internal sealed class DeviceListCommand : Command
{
    public override string Name => "device list";

    public override string Alias => "showmapped";

    public override string HiddenAlias => "device ls";

    public override string Summary => "List the images that are block devices of this host.";

    public override IReadOnlyList<Option> Options { get; } = [DeviceType.Option, .. OutputFormat.Options];

    public override Task RunAsync(CommandSession session)
    {
        DeviceType.ThrowUnlessNbd(session.Arguments);
        // Whoever asks without a type (os-brick) expects what Ceph's default type prints.
        string imageKey = session.Arguments.Has(DeviceType.Option) ? "image" : "name";
        session.Terminal.Print(DeviceListing.Of(new MappedDevices().List(), OutputFormat.Choose(session.Arguments), imageKey));
        return Task.CompletedTask;
    }
}
