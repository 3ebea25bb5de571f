using CurveRbd.Cli.Nbd;
using CurveRbd.Rbd;

namespace CurveRbd.Cli.Devices;

/// <summary><c>curverbd nbd device</c>: the process behind a mapped image. Started by <c>rbd device map</c> and <c>attach</c>.</summary>
internal sealed class DeviceServerCommand : Command
{
    public override string Name => DeviceServerLine.Name;

    public override string Summary => "Serve a mapped image; 'rbd device map' starts it.";

    public override IReadOnlyList<Option> Options => DeviceServerLine.Options;

    public override async Task RunAsync(CommandSession session)
    {
        DeviceServerLine line = DeviceServerLine.Read(session.Arguments);
        bool isReadOnly = session.Arguments.Has(DeviceOptions.ReadOnly) || line.Path.Snapshot.Length > 0;
        Image image = await session.OpenImageAsync(line.Path, isReadOnly).ConfigureAwait(false);
        await using (image.ConfigureAwait(false))
        {
            if (session.Arguments.Has(DeviceOptions.Exclusive))
                await image.Ownership.AcquireAsync(OwnershipMode.Exclusive, session.Interrupted).FailingAs("failed to acquire exclusive lock").ConfigureAwait(false);
            await new DeviceServer(session, image, line, NewExport(session.Arguments, image, isReadOnly)).RunAsync().ConfigureAwait(false);
        }
    }

    private static NbdExport NewExport(ParsedArguments arguments, Image image, bool isReadOnly)
    {
        NbdExportFlags flags = isReadOnly ? NbdExportFlags.ReadOnly
            : arguments.Has(DeviceOptions.NoTrim) ? NbdExportFlags.None
            : NbdExportFlags.SendTrim;
        return new NbdExport(image, "", flags) { ToleratesRequestsBeyondTheEnd = true };
    }
}
