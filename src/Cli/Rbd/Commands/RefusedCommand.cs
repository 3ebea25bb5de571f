using CurveRbd.Store;

namespace CurveRbd.Cli.Rbd;

/// <summary>A command of Ceph's that we know and refuse, whatever its arguments are.</summary>
/// <param name="reason">Why, and what to do instead; two sentences at most.</param>
internal sealed class RefusedCommand(string name, string? alias, string reason) : Command
{
    public override string Name => name;

    public override string? Alias => alias;

    public override string Summary => $"Not supported: {reason}";

    public string Reason => reason;

    public override IReadOnlyList<Option> Options { get; } =
    [
        .. SpecOptions.OfImageOrSnapshot, .. SpecOptions.OfDestination, SpecOptions.Path, .. OutputFormat.Options, ProgressOptions.NoProgress,
        new Switch("recursive", 'R', "list all schedules"),
        new Switch("force", "even if that loses data"),
        new Switch("all", "list all attributes"),
        SpecOptions.Text("journal", "journal name"),
        SpecOptions.Text("client-id", "client id"),
        SpecOptions.Text("site-name", "local site name"),
        SpecOptions.Text("iterations", "how often to measure"),
        SpecOptions.Text("sort-by", "what to sort by"),
    ];

    public override IReadOnlyList<Positional> Positionals { get; } = [new("arguments", "ignored", IsRepeatable: true)];

    public override Task RunAsync(CommandSession session) => throw new CommandException(
        Errno.EOPNOTSUPP, $"{Name} failed: {ErrorText.Describe(Errno.EOPNOTSUPP)}\n{reason}");
}
