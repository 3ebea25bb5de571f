namespace CurveRbd.Cli.Rbd;

/// <summary><c>rbd config image list</c> and <c>rbd config pool list</c></summary>
internal sealed class ConfigListCommand(ConfigTarget target) : ConfigCommand(target, "list")
{
    public override string Alias => $"config {Target.Name} ls";

    public override string Summary => $"List the options in force for the {Target.Name} and where they come from.";

    public override IReadOnlyList<Option> Options => [.. Target.Options, .. OutputFormat.Options];

    protected override IReadOnlyList<Positional> Words => [];

    public override async Task RunAsync(CommandSession session)
    {
        ImagePath path = Target.ReadPath(session.Arguments);
        DocumentWriter? document = OutputFormat.Choose(session.Arguments);
        await Target.UseAsync(session, path, readOnly: true, async levels =>
        {
            ConfListing listing = await ConfListing
                .ReadAsync(session.Conf, Target.Overridable, levels, session.Interrupted).ConfigureAwait(false);
            string count = Target == ConfigTarget.OfImage ? listing.CountLine : "";
            session.Terminal.Print(document is null ? count + listing.ToText() : listing.ToDocument(document));
        }).ConfigureAwait(false);
    }
}
