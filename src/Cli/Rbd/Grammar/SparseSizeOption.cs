using System.Numerics;
using CurveRbd.Store;

namespace CurveRbd.Cli.Rbd;

/// <summary>--sparse-size: how long a run of zeros must be to be left unwritten.</summary>
internal static class SparseSizeOption
{
    private const ulong Default = 4096;

    public static readonly Option<ulong> SparseSize =
        new("sparse-size", "blocks of zeros of this size are not written, in B/K/M (4K unless given)", ByteSize.TryParseBytes);

    /// <returns>A power of two, in bytes.</returns>
    /// <exception cref="CommandException">EINVAL: not a power of two from 4K to <see cref="Chunk.LengthMax"/>.</exception>
    public static int Read(ParsedArguments arguments)
    {
        ulong size = arguments.Get(SparseSize, Default);
        if (!BitOperations.IsPow2(size) || size is < Default or > 1 << 25)
            throw new CommandException(Errno.EINVAL, "the sparse size must be a power of two from 4K to 32M");

        // Data moves in chunks; a run that is longer than one is found chunk by chunk.
        return (int)Math.Min(size, Chunk.LengthMax);
    }
}
