using CurveRbd.Rados;

namespace CurveRbd.Cli.Rbd;

/// <summary><c>rbd config global remove</c></summary>
internal sealed class GlobalConfigRemoveCommand : Command
{
    public override string Name => "config global remove";

    public override string Alias => "config global rm";

    public override string Summary => "Remove an option from the cluster's configuration.";

    public override IReadOnlyList<Positional> Positionals { get; } = [ConfigEntity.Word, ConfKeyWords.Key];

    public override async Task RunAsync(CommandSession session)
    {
        var arguments = new Dictionary<string, object>
        {
            ["who"] = ConfigEntity.Read(session.Arguments),
            ["name"] = ConfKeyWords.ReadKey(session.Arguments),
        };
        Cluster cluster = await session.ConnectAsync().ConfigureAwait(false);
        await MonCall.SendAsync(cluster, "removing the option", "config rm", arguments, session.Interrupted).ConfigureAwait(false);
    }
}
