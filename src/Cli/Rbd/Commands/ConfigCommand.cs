using CurveRbd.Store;

namespace CurveRbd.Cli.Rbd;

/// <summary>What the <c>rbd config</c> commands of an image and of a pool share: both keep overrides in metadata.</summary>
/// <param name="target">Whose overrides.</param>
/// <param name="action">"get", "list", "remove" or "set".</param>
internal abstract class ConfigCommand(ConfigTarget target, string action) : Command
{
    protected ConfigTarget Target { get; } = target;

    public override string Name => $"config {Target.Name} {action}";

    public override IReadOnlyList<Option> Options => Target.Options;

    public override IReadOnlyList<Positional> Positionals => [Target.Word, .. Words];

    protected virtual IReadOnlyList<Positional> Words => [ConfKeyWords.Key];

    protected static CommandException NotSet(string key) => new(Errno.ENOENT, $"{key} is not set");
}
