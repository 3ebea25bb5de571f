namespace CurveRbd.Cli.Rbd;

/// <summary><c>rbd config global list</c></summary>
internal sealed class GlobalConfigListCommand : Command
{
    public override string Name => "config global list";

    public override string Alias => "config global ls";

    public override string Summary => "List the options of images that the cluster's configuration sets.";

    public override IReadOnlyList<Option> Options => OutputFormat.Options;

    public override IReadOnlyList<Positional> Positionals { get; } = [ConfigEntity.Word];

    public override async Task RunAsync(CommandSession session)
    {
        string entity = ConfigEntity.Read(session.Arguments);
        DocumentWriter? document = OutputFormat.Choose(session.Arguments);
        IReadOnlyList<GlobalConfig.Setting> settings = await GlobalConfig.ReadAsync(session, entity).ConfigureAwait(false);
        session.Terminal.Print(document is null ? ToText(settings) : ToDocument(settings, document));
    }

    private static string ToText(IReadOnlyList<GlobalConfig.Setting> settings)
    {
        TextTable table = new TextTable().Left("Name").Left("Value").Left("Section");
        foreach (GlobalConfig.Setting setting in settings)
            table.AddRow(setting.Name, setting.Value, setting.Section);
        return table.ToString();
    }

    private static string ToDocument(IReadOnlyList<GlobalConfig.Setting> settings, DocumentWriter document)
    {
        document.OpenArray("config");
        foreach (GlobalConfig.Setting setting in settings)
        {
            document.OpenObject("option");
            document.String("name", setting.Name);
            document.String("value", setting.Value);
            document.String("section", setting.Section);
            document.Close();
        }

        document.Close();
        return document.ToString();
    }
}
