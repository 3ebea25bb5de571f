namespace CurveRbd.Cli.Rbd;

/// <summary><c>rbd config image remove</c> and <c>rbd config pool remove</c></summary>
internal sealed class ConfigRemoveCommand(ConfigTarget target) : ConfigCommand(target, "remove")
{
    public override string Alias => $"config {Target.Name} rm";

    public override string Summary => $"Let an option of the {Target.Name} follow the configuration again.";

    public override async Task RunAsync(CommandSession session)
    {
        ImagePath path = Target.ReadPath(session.Arguments);
        string key = ConfKeyWords.ReadKey(session.Arguments);
        await Target.UseAsync(session, path, readOnly: false, levels => levels[^1].Metadata
            .RemoveAsync(ConfKeyWords.ToMetadataKey(key), session.Interrupted)
            .FailingAs($"removing {Target.Name} option {key} failed")).ConfigureAwait(false);
    }
}
