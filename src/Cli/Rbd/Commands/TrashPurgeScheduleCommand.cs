using CurveRbd.Store;

namespace CurveRbd.Cli.Rbd;

/// <summary><c>rbd trash purge schedule ...</c>, which we refuse: there is no manager daemon that would keep to the schedule.</summary>
/// <param name="action">"add", "list", "remove" or "status".</param>
internal sealed class TrashPurgeScheduleCommand(string action, string? shortAction = null) : Command
{
    private const string Prefix = "trash purge schedule ";

    public override string Name => Prefix + action;

    public override string? Alias => shortAction is null ? null : Prefix + shortAction;

    public override string Summary => "Not supported: let cron or a systemd timer run 'rbd trash purge'.";

    public override IReadOnlyList<Option> Options { get; } =
        [.. SpecOptions.OfPool, .. OutputFormat.Options, new Switch("recursive", 'R', "list all schedules")];

    public override IReadOnlyList<Positional> Positionals { get; } =
        [new("interval", "interval and start of the schedule", IsRepeatable: true)];

    public override Task RunAsync(CommandSession session) => throw new CommandException(
        Errno.EOPNOTSUPP,
        $"{Name} failed: {ErrorText.Describe(Errno.EOPNOTSUPP)}\n" +
        "Schedules are kept by Ceph's manager daemon, which does not exist here. Let cron or a systemd timer run 'rbd trash purge'.");
}
