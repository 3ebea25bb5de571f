namespace CurveRbd.Cli.Rbd;

/// <summary><c>rbd config global list</c></summary>
internal sealed class ConfigGlobalListCommand : Command
{
    public override string Name => "config global list";

    public override string Alias => "config global ls";

    public override string Summary => "List the options that the cluster keeps for an entity, its own and those it inherits.";

    public override IReadOnlyList<Option> Options => OutputFormat.Options;

    public override IReadOnlyList<Positional> Positionals { get; } = [ConfigEntity.Word];

    public override async Task RunAsync(CommandSession session)
    {
        ConfigEntity entity = ConfigEntity.Read(session.Arguments);
        DocumentWriter? document = OutputFormat.Choose(session.Arguments);
        IReadOnlyList<ConfigEntry> entries = await entity.ListAsync(session).ConfigureAwait(false);
        session.Terminal.Print(document is null ? ToText(entries) : ToDocument(entries, document));
    }

    private static string ToText(IReadOnlyList<ConfigEntry> entries)
    {
        TextTable table = new TextTable().Left("Name").Left("Value").Left("Section");
        foreach (ConfigEntry entry in entries)
            table.AddRow(entry.Name, entry.Value, entry.Section);
        return table.ToString();
    }

    private static string ToDocument(IReadOnlyList<ConfigEntry> entries, DocumentWriter document)
    {
        document.OpenArray("config");
        foreach (ConfigEntry entry in entries)
        {
            document.OpenObject("option");
            document.String("name", entry.Name);
            document.String("value", entry.Value);
            document.String("section", entry.Section);
            document.Close();
        }

        document.Close();
        return document.ToString();
    }
}
