using CurveRbd.Store;

namespace CurveRbd.Cli.Rbd;

/// <summary>--snap-id: a snapshot by its id, in place of its name.</summary>
internal static class SnapshotIdOption
{
    public static readonly Option<ulong> Id = NewImageOptions.Number("snap-id", "snapshot id");

    /// <param name="path">Of what the line names.</param>
    /// <returns>null: not given.</returns>
    /// <exception cref="CommandException">EINVAL: the path has the snapshot's name as well.</exception>
    public static ulong? Read(ParsedArguments arguments, ImagePath path)
    {
        if (!arguments.Has(Id))
            return null;
        return path.Snapshot.Length == 0
            ? arguments.Get(Id, 0ul)
            : throw new CommandException(Errno.EINVAL, "trying to access snapshot using both name and id.");
    }
}
