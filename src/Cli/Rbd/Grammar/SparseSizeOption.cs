using System.Numerics;
using CurveRbd.Store;

namespace CurveRbd.Cli.Rbd;

/// <summary>--sparse-size: how long a run of zeros must be to be left unwritten.</summary>
internal static class SparseSizeOption
{
    private const ulong Default = 4096;

    public static readonly Option<ulong> SparseSize =
        new("sparse-size", "blocks of zeros of this size are not written, in B/K/M (4K unless given)", ByteSize.TryParseBytes);

    /// <returns>A power of two, in bytes, at most <see cref="Chunk.LengthMax"/>.</returns>
    /// <exception cref="CommandException">EINVAL: not a power of two from 4K to 32M.</exception>
    public static int Read(ParsedArguments arguments) =>
        (int)Math.Min(ReadWhole(arguments), Chunk.LengthMax); // a run that is longer than a chunk is found chunk by chunk

    /// <returns>A power of two, in bytes.</returns>
    /// <exception cref="CommandException">EINVAL: not a power of two from 4K to 32M.</exception>
    public static ulong ReadWhole(ParsedArguments arguments)
    {
        ulong size = arguments.Get(SparseSize, Default);
        return BitOperations.IsPow2(size) && size is >= Default and <= 1 << 25
            ? size
            : throw new CommandException(Errno.EINVAL, "the sparse size must be a power of two from 4K to 32M");
    }
}
