using CurveRbd.Store;

namespace CurveRbd.Cli.Rbd;

/// <summary>--size: the size of an image, in MiB unless it says otherwise.</summary>
internal static class SizeOption
{
    public static readonly Option<ulong> Size =
        new("size", 's', "size of the image in B/K/M/G/T/P/E (M unless given)", ByteSize.TryParseMebibytes);

    /// <exception cref="CommandException">EINVAL: not given.</exception>
    public static ulong Read(ParsedArguments arguments) =>
        arguments.Has(Size) ? arguments.Get(Size, 0ul) : throw new CommandException(Errno.EINVAL, "must specify --size <M/G/T>");
}
