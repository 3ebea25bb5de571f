using CurveRbd.Store;

namespace CurveRbd.Cli.Rbd;

/// <summary>The key and value of the <c>rbd config</c> commands.</summary>
internal static class ConfKeyWords
{
    private const string MetadataPrefix = "conf_";

    public static readonly Positional Key = new("key", "name of the option");
    public static readonly Positional Value = new("value", "value of the option");

    /// <exception cref="CommandException">EINVAL: absent, or not an option of RBD.</exception>
    public static string ReadKey(ParsedArguments arguments)
    {
        string key = arguments.NextWord() ?? throw new CommandException(Errno.EINVAL, "config key was not specified");
        return key.StartsWith("rbd_", StringComparison.Ordinal)
            ? key
            : throw new CommandException(Errno.EINVAL, $"not rbd option: {key}");
    }

    /// <summary>The metadata key that overrides an option.</summary>
    public static ByteName ToMetadataKey(string option) => NativeText.ToName(MetadataPrefix + option);
}
