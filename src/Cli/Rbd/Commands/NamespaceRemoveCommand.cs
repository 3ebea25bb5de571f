using CurveRbd.Rados;
using CurveRbd.Rbd;
using CurveRbd.Store;

namespace CurveRbd.Cli.Rbd;

/// <summary><c>rbd namespace remove</c></summary>
internal sealed class NamespaceRemoveCommand : Command
{
    public override string Name => "namespace remove";

    public override string Alias => "namespace rm";

    public override string Summary => "Remove an empty namespace.";

    public override IReadOnlyList<Option> Options => SpecOptions.OfPool;

    public override IReadOnlyList<Positional> Positionals { get; } = [SpecOptions.PoolWord];

    public override async Task RunAsync(CommandSession session)
    {
        ImagePath path = NamespacePath.Read(session.Arguments);
        IoContext io = await session.OpenPoolAsync(path with { Namespace = "" }).ConfigureAwait(false);
        try
        {
            await RbdNamespaces.RemoveAsync(io, NativeText.ToName(path.Namespace), session.Interrupted).ConfigureAwait(false);
        }
        catch (StorageException e) when (e.Errno == Errno.EBUSY)
        {
            throw new CommandException(e.Errno, "namespace contains images which must be deleted first.", e);
        }
        catch (StorageException e)
        {
            throw new CommandException("failed to remove namespace", e);
        }
    }
}
