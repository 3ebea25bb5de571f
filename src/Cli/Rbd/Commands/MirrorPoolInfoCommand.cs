namespace CurveRbd.Cli.Rbd;

/// <summary><c>rbd mirror pool info</c></summary>
internal sealed class MirrorPoolInfoCommand : Command
{
    public override string Name => "mirror pool info";

    public override string Summary => "Show that a pool is not mirrored.";

    public override IReadOnlyList<Option> Options { get; } =
        [.. SpecOptions.OfPool, .. OutputFormat.Options, new Switch("all", "list all attributes")];

    public override IReadOnlyList<Positional> Positionals { get; } = [SpecOptions.PoolWord];

    public override async Task RunAsync(CommandSession session)
    {
        ImagePath path = SpecOptions.ReadPool(session.Arguments);
        DocumentWriter? document = OutputFormat.Choose(session.Arguments);
        await session.OpenPoolAsync(path).ConfigureAwait(false);
        session.Terminal.Print(document is null ? "Mode: disabled\n" : ToDocument(document));
    }

    private static string ToDocument(DocumentWriter document)
    {
        document.OpenObject("mirror");
        document.String("mode", "disabled");
        document.Close();
        return document.ToString();
    }
}
