using CurveRbd.Rados;

namespace CurveRbd.Cli.Rbd;

/// <summary><c>rbd config global set</c></summary>
internal sealed class ConfigGlobalSetCommand : Command
{
    public override string Name => "config global set";

    public override string Summary => "Let the cluster keep an option for an entity; clients take it over when they connect.";

    public override IReadOnlyList<Positional> Positionals { get; } = [ConfigEntity.Word, ConfKeyWords.Key, ConfKeyWords.Value];

    public override async Task RunAsync(CommandSession session)
    {
        ConfigEntity entity = ConfigEntity.Read(session.Arguments);
        string key = ConfigEntity.ReadKey(session.Arguments);
        string value = session.Arguments.NextWord() ?? "";
        Cluster cluster = await session.ConnectAsync().ConfigureAwait(false);
        await MonCall.SendAsync(
            cluster, $"setting {key}", "config set", [new("who", entity.Name), new("name", key), new("value", value)], session.Interrupted)
            .ConfigureAwait(false);
    }
}
