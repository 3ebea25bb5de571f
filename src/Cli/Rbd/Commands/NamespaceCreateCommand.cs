using CurveRbd.Rados;
using CurveRbd.Rbd;

namespace CurveRbd.Cli.Rbd;

/// <summary><c>rbd namespace create</c></summary>
internal sealed class NamespaceCreateCommand : Command
{
    public override string Name => "namespace create";

    public override string Summary => "Create a namespace for images.";

    public override IReadOnlyList<Option> Options => SpecOptions.OfPool;

    public override IReadOnlyList<Positional> Positionals { get; } = [SpecOptions.PoolWord];

    public override async Task RunAsync(CommandSession session)
    {
        ImagePath path = NamespacePath.Read(session.Arguments);
        IoContext io = await session.OpenPoolAsync(path with { Namespace = "" }).ConfigureAwait(false);
        // Ceph's own spelling.
        await RbdNamespaces.CreateAsync(io, NativeText.ToName(path.Namespace), session.Interrupted)
            .FailingAs("failed to created namespace").ConfigureAwait(false);
    }
}
