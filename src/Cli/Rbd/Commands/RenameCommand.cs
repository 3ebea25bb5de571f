using CurveRbd.Rados;
using CurveRbd.Rbd;
using CurveRbd.Store;

namespace CurveRbd.Cli.Rbd;

/// <summary><c>rbd rename</c></summary>
internal sealed class RenameCommand : Command
{
    public override string Name => "rename";

    public override string Alias => "mv";

    public override string Summary => "Rename an image within its pool.";

    public override IReadOnlyList<Option> Options { get; } = [.. SpecOptions.OfImage, .. SpecOptions.OfDestination];

    public override IReadOnlyList<Positional> Positionals { get; } = [SpecOptions.SourceImageWord, SpecOptions.DestinationImageWord];

    public override async Task RunAsync(CommandSession session)
    {
        ImagePath source = SpecOptions.ReadImage(session.Arguments);
        ImagePath destination = SpecOptions.ReadDestination(session.Arguments);
        ThrowIfElsewhere(session, source, destination);
        IoContext io = await session.OpenPoolAsync(source).ConfigureAwait(false);
        await ImageDirectory
            .RenameAsync(io, NativeText.ToName(source.Image), NativeText.ToName(destination.Image), session.Interrupted)
            .FailingAs("rename error").ConfigureAwait(false);
    }

    private static void ThrowIfElsewhere(CommandSession session, ImagePath source, ImagePath destination)
    {
        string from = session.Complete(source).Pool;
        string to = destination.Pool.Length > 0 ? destination.Pool : from;
        if (from != to)
        {
            string pools = $"source pool: {from} dest pool: {to}";
            throw new CommandException(Errno.EINVAL, $"mv/rename across pools not supported\n{pools}");
        }

        if (destination.Namespace.Length > 0 && destination.Namespace != source.Namespace)
        {
            string namespaces = $"source namespace: {source.Namespace} dest namespace: {destination.Namespace}";
            throw new CommandException(Errno.EINVAL, $"mv/rename across namespaces not supported\n{namespaces}");
        }
    }
}
