using CurveRbd.Rados;
using CurveRbd.Store;

namespace CurveRbd.Cli.Rbd;

/// <summary><c>rbd config global set</c></summary>
internal sealed class GlobalConfigSetCommand : Command
{
    public override string Name => "config global set";

    public override string Summary => "Set an option in the cluster's configuration.";

    public override IReadOnlyList<Positional> Positionals { get; } = [ConfigEntity.Word, ConfKeyWords.Key, ConfKeyWords.Value];

    public override async Task RunAsync(CommandSession session)
    {
        var arguments = new Dictionary<string, object>
        {
            ["who"] = ConfigEntity.Read(session.Arguments),
            ["name"] = ConfKeyWords.ReadKey(session.Arguments),
            ["value"] = session.Arguments.NextWord() ?? throw new CommandException(Errno.EINVAL, "config value was not specified"),
        };
        Cluster cluster = await session.ConnectAsync().ConfigureAwait(false);
        await MonCall.SendAsync(cluster, "setting the option", "config set", arguments, session.Interrupted).ConfigureAwait(false);
    }
}
