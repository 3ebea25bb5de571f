using CurveRbd.Store;

namespace CurveRbd.Cli.Rbd;

/// <summary>Whose options in the cluster's configuration a <c>rbd config global</c> command is about.</summary>
internal static class ConfigEntity
{
    public static readonly Positional Word = new("config-entity", "global, client or client.<id>");

    /// <exception cref="CommandException">EINVAL: absent, or none of those.</exception>
    public static string Read(ParsedArguments arguments)
    {
        string entity = arguments.NextWord() ?? "";
        return entity is "global" or "client" || entity.StartsWith("client.", StringComparison.Ordinal)
            ? entity
            : throw new CommandException(Errno.EINVAL, $"invalid config entity: {entity} (must be global, client or client.<id>)");
    }
}
