using CurveRbd.Rbd;
using CurveRbd.Store;

namespace CurveRbd.Cli.Rbd;

/// <summary>Whether the users of an image are asked to come to rest before a snapshot.</summary>
internal static class QuiesceOptions
{
    private static readonly Switch s_skipQuiesce = new("skip-quiesce", "don't ask the image's users to come to rest");
    private static readonly Switch s_ignoreQuiesceError = new("ignore-quiesce-error", "go on when one of them could not come to rest");

    public static readonly Option[] All = [s_skipQuiesce, s_ignoreQuiesceError];

    /// <exception cref="CommandException">EINVAL: both were given.</exception>
    public static SnapshotCreateFlags Read(ParsedArguments arguments)
    {
        if (!arguments.Has(s_skipQuiesce))
            return arguments.Has(s_ignoreQuiesceError) ? SnapshotCreateFlags.IgnoreQuiesceError : SnapshotCreateFlags.None;
        return !arguments.Has(s_ignoreQuiesceError)
            ? SnapshotCreateFlags.SkipQuiesce
            : throw new CommandException(Errno.EINVAL, "ignore-quiesce-error cannot be used together with skip-quiesce");
    }
}
