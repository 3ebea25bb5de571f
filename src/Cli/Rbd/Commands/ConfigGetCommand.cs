using CurveRbd.Store;

namespace CurveRbd.Cli.Rbd;

/// <summary><c>rbd config image get</c> and <c>rbd config pool get</c></summary>
internal sealed class ConfigGetCommand(ConfigTarget target) : ConfigCommand(target, "get")
{
    public override string Summary => $"Show an option that the {Target.Name} overrides.";

    public override async Task RunAsync(CommandSession session)
    {
        ImagePath path = Target.ReadPath(session.Arguments);
        string key = ConfKeyWords.ReadKey(session.Arguments);
        await Target.UseAsync(session, path, readOnly: true, async levels =>
        {
            try
            {
                ByteName name = ConfKeyWords.ToMetadataKey(key);
                ByteName value = await levels[^1].Metadata.GetAsync(name, session.Interrupted).ConfigureAwait(false);
                session.Terminal.PrintLine(NativeText.FromName(value));
            }
            catch (StorageException e) when (e.Errno == Errno.ENOENT)
            {
                throw NotSet(key);
            }
        }).ConfigureAwait(false);
    }
}
