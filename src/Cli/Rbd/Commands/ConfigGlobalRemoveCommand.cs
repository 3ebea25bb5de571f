using CurveRbd.Rados;

namespace CurveRbd.Cli.Rbd;

/// <summary><c>rbd config global remove</c></summary>
internal sealed class ConfigGlobalRemoveCommand : Command
{
    public override string Name => "config global remove";

    public override string Alias => "config global rm";

    public override string Summary => "Let the cluster keep an option no longer for an entity.";

    public override IReadOnlyList<Positional> Positionals { get; } = [ConfigEntity.Word, ConfKeyWords.Key];

    public override async Task RunAsync(CommandSession session)
    {
        ConfigEntity entity = ConfigEntity.Read(session.Arguments);
        string key = ConfigEntity.ReadKey(session.Arguments);
        Cluster cluster = await session.ConnectAsync().ConfigureAwait(false);
        await MonCall.SendAsync(cluster, $"removing {key}", "config rm", [new("who", entity.Name), new("name", key)], session.Interrupted)
            .ConfigureAwait(false);
    }
}
