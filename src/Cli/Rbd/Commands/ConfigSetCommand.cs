using CurveRbd.Store;

namespace CurveRbd.Cli.Rbd;

/// <summary><c>rbd config image set</c> and <c>rbd config pool set</c></summary>
internal sealed class ConfigSetCommand(ConfigTarget target) : ConfigCommand(target, "set")
{
    public override string Summary => $"Override an option for the {Target.Name}.";

    protected override IReadOnlyList<Positional> Words => [ConfKeyWords.Key, ConfKeyWords.Value];

    public override async Task RunAsync(CommandSession session)
    {
        ImagePath path = Target.ReadPath(session.Arguments);
        string key = ConfKeyWords.ReadKey(session.Arguments);
        string value = session.Arguments.NextWord()
            ?? throw new CommandException(Errno.EINVAL, $"{Target.Name} config value was not specified");
        await Target.UseAsync(session, path, readOnly: false, levels => levels[^1].Metadata
            .SetAsync(ConfKeyWords.ToMetadataKey(key), NativeText.ToName(value), session.Interrupted)
            .FailingAs($"setting {Target.Name} option {key} failed")).ConfigureAwait(false);
    }
}
