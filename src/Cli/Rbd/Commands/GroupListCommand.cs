using CurveRbd.Rados;
using CurveRbd.Rbd;
using CurveRbd.Store;

namespace CurveRbd.Cli.Rbd;

/// <summary><c>rbd group list</c></summary>
internal sealed class GroupListCommand : Command
{
    public override string Name => "group list";

    public override string Alias => "group ls";

    public override string Summary => "List the groups of a pool.";

    public override IReadOnlyList<Option> Options { get; } = [.. SpecOptions.OfPool, .. OutputFormat.Options];

    public override IReadOnlyList<Positional> Positionals { get; } = [SpecOptions.PoolWord];

    public override async Task RunAsync(CommandSession session)
    {
        ImagePath path = SpecOptions.ReadPool(session.Arguments);
        DocumentWriter? document = OutputFormat.Choose(session.Arguments);
        IoContext io = await session.OpenPoolAsync(path).ConfigureAwait(false);
        IReadOnlyList<ByteName> names = await RbdGroups.ListAsync(io, session.Interrupted).FailingAs("list failed").ConfigureAwait(false);
        session.Terminal.Print(document is null
            ? string.Concat(names.Select(name => $"{NativeText.FromName(name)}\n"))
            : ToDocument(names, document));
    }

    private static string ToDocument(IReadOnlyList<ByteName> names, DocumentWriter document)
    {
        document.OpenArray("groups");
        foreach (ByteName name in names)
            document.String("name", NativeText.FromName(name));
        document.Close();
        return document.ToString();
    }
}
