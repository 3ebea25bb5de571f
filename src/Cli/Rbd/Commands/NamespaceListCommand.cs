using CurveRbd.Rados;
using CurveRbd.Rbd;
using CurveRbd.Store;

namespace CurveRbd.Cli.Rbd;

/// <summary><c>rbd namespace list</c></summary>
internal sealed class NamespaceListCommand : Command
{
    public override string Name => "namespace list";

    public override string Alias => "namespace ls";

    public override string Summary => "List the namespaces of a pool.";

    public override IReadOnlyList<Option> Options { get; } = [SpecOptions.Pool, .. OutputFormat.Options];

    public override IReadOnlyList<Positional> Positionals { get; } = [SpecOptions.PoolNameWord];

    public override async Task RunAsync(CommandSession session)
    {
        ImagePath pool = SpecOptions.ReadPoolName(session.Arguments);
        DocumentWriter? document = OutputFormat.Choose(session.Arguments);
        IoContext io = await session.OpenPoolAsync(pool).ConfigureAwait(false);
        IReadOnlyList<ByteName> names = await RbdNamespaces.ListAsync(io, session.Interrupted)
            .FailingAs("failed to list namespaces").ConfigureAwait(false);
        session.Terminal.Print(document is null ? ToText(names) : ToDocument(names, document));
    }

    private static string ToText(IReadOnlyList<ByteName> names)
    {
        TextTable table = new TextTable().Left("NAME");
        foreach (ByteName name in names)
            table.AddRow(NativeText.FromName(name));
        return table.ToString();
    }

    private static string ToDocument(IReadOnlyList<ByteName> names, DocumentWriter document)
    {
        document.OpenArray("namespaces");
        foreach (ByteName name in names)
        {
            document.OpenObject("namespace");
            document.String("name", NativeText.FromName(name));
            document.Close();
        }

        document.Close();
        return document.ToString();
    }
}
