using CurveRbd.Store;

namespace CurveRbd.Cli.Rbd;

/// <summary><c>rbd config global get</c></summary>
internal sealed class GlobalConfigGetCommand : Command
{
    public override string Name => "config global get";

    public override string Summary => "Show an option that the cluster's configuration sets.";

    public override IReadOnlyList<Positional> Positionals { get; } = [ConfigEntity.Word, ConfKeyWords.Key];

    public override async Task RunAsync(CommandSession session)
    {
        string entity = ConfigEntity.Read(session.Arguments);
        string key = ConfKeyWords.ReadKey(session.Arguments);
        IReadOnlyList<GlobalConfig.Setting> settings = await GlobalConfig.ReadAsync(session, entity).ConfigureAwait(false);
        GlobalConfig.Setting setting = settings.FirstOrDefault(setting => setting.Name == key)
            ?? throw new CommandException(Errno.ENOENT, $"{key} is not set");
        session.Terminal.PrintLine(setting.Value);
    }
}
