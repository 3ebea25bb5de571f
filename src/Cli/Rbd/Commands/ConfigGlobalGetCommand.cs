using CurveRbd.Store;

namespace CurveRbd.Cli.Rbd;

/// <summary><c>rbd config global get</c></summary>
internal sealed class ConfigGlobalGetCommand : Command
{
    public override string Name => "config global get";

    public override string Summary => "Show an option that the cluster keeps for an entity.";

    public override IReadOnlyList<Positional> Positionals { get; } = [ConfigEntity.Word, ConfKeyWords.Key];

    public override async Task RunAsync(CommandSession session)
    {
        ConfigEntity entity = ConfigEntity.Read(session.Arguments);
        string key = ConfigEntity.ReadKey(session.Arguments);
        IReadOnlyList<ConfigEntry> entries = await entity.ListAsync(session).ConfigureAwait(false);
        // What it inherits is not its own.
        ConfigEntry found = entries.FirstOrDefault(entry => entry.Name == key && entry.Section == entity.Name)
            ?? throw new CommandException(Errno.ENOENT, $"{key} is not set");
        session.Terminal.PrintLine(found.Value);
    }
}
