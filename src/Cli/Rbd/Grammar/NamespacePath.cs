using CurveRbd.Store;

namespace CurveRbd.Cli.Rbd;

/// <summary>The namespace a command makes or removes.</summary>
internal static class NamespacePath
{
    /// <exception cref="CommandException">EINVAL: none is named.</exception>
    public static ImagePath Read(ParsedArguments arguments)
    {
        ImagePath path = SpecOptions.ReadPool(arguments);
        return path.Namespace.Length > 0 ? path : throw new CommandException(Errno.EINVAL, "namespace name was not specified");
    }
}
