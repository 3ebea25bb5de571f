using CurveRbd.Cli.Devices;

namespace CurveRbd.Cli.Rbd;

/// <summary><c>rbd device map</c></summary>
internal sealed class DeviceMapCommand : Command
{
    private static readonly Option[] s_passedOn =
        [DeviceOptions.Cookie, DeviceOptions.ShowCookie, DeviceOptions.ReadOnly, DeviceOptions.Exclusive, DeviceOptions.Quiesce, DeviceOptions.QuiesceHook];

    public override string Name => "device map";

    public override string Alias => "map";

    public override string Summary => "Make a block device of this host of an image or a snapshot.";

    public override IReadOnlyList<Option> Options { get; } =
        [DeviceType.Option, .. SpecOptions.OfImageOrSnapshot, .. s_passedOn, DeviceOptionList.Option];

    public override IReadOnlyList<Positional> Positionals { get; } = [SpecOptions.ImageOrSnapshotWord];

    /// <summary>What the line says of the device, as words of <see cref="DeviceOptions"/>.</summary>
    public static string[] ReadOptions(ParsedArguments arguments) =>
        [.. DeviceOptions.ToWords(arguments, s_passedOn).Concat(DeviceOptionList.ToWords(arguments)).Distinct()];

    public override Task RunAsync(CommandSession session)
    {
        DeviceType.ThrowUnlessNbd(session.Arguments);
        ImagePath path = SpecOptions.ReadImageOrSnapshot(session.Arguments);
        return DeviceMapping.MapAsync(session, path, ReadOptions(session.Arguments));
    }
}
