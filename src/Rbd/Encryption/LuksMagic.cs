using System.Buffers.Binary;
using CurveRbd.Store;

namespace CurveRbd.Rbd;

/// <summary>
/// The first bytes of an image with a LUKS header. That of a clone with a header of its own says RBDL instead of LUKS, so that nobody
/// takes the clone for readable without its parent.
/// </summary>
internal static class LuksMagic
{
    /// <summary>Magic and version.</summary>
    public const int Length = 8;

    private const int MagicLength = 6;
    private const int SizeOfHeaderOffset = 8;

    private static ReadOnlySpan<byte> Luks => [(byte)'L', (byte)'U', (byte)'K', (byte)'S', 0xba, 0xbe];

    private static ReadOnlySpan<byte> Clone => [(byte)'R', (byte)'B', (byte)'D', (byte)'L', 0xba, 0xbe];

    // The copy of the header of LUKS2 has the letters the other way round.
    private static ReadOnlySpan<byte> LuksCopy => [(byte)'S', (byte)'K', (byte)'U', (byte)'L', 0xba, 0xbe];

    private static ReadOnlySpan<byte> CloneCopy => [(byte)'L', (byte)'D', (byte)'B', (byte)'R', 0xba, 0xbe];

    public static bool IsLuks(ReadOnlySpan<byte> header) => header.StartsWith(Luks) || IsClone(header);

    public static bool IsClone(ReadOnlySpan<byte> header) => header.StartsWith(Clone);

    /// <param name="header">Of either kind, at least <see cref="Length"/> bytes.</param>
    public static int VersionOf(ReadOnlySpan<byte> header) => BinaryPrimitives.ReadUInt16BigEndian(header[MagicLength..]);

    /// <summary>Makes the header of an image without a parent that of a clone.</summary>
    /// <exception cref="StorageException">EINVAL: it is none.</exception>
    public static void MakeClone(Span<byte> header) => Replace(header, Luks, LuksCopy, Clone, CloneCopy);

    /// <summary>Makes a clone's header that of an image without a parent, which libraries and tools know.</summary>
    /// <inheritdoc cref="MakeClone"/>
    public static void MakeLuks(Span<byte> header) => Replace(header, Clone, CloneCopy, Luks, LuksCopy);

    private static void Replace(
        Span<byte> header, ReadOnlySpan<byte> old, ReadOnlySpan<byte> oldCopy, ReadOnlySpan<byte> changed, ReadOnlySpan<byte> changedCopy)
    {
        if (header.Length < SizeOfHeaderOffset + sizeof(ulong) || !header.StartsWith(old))
            throw Broken("it does not begin with the magic");
        int version = VersionOf(header);
        if (version is not (1 or 2))
            throw Broken($"its version is {version}");
        if (version == 2)
            ReplaceCopy(header, oldCopy, changedCopy);
        changed.CopyTo(header);
    }

    private static void ReplaceCopy(Span<byte> header, ReadOnlySpan<byte> old, ReadOnlySpan<byte> changed)
    {
        ulong offset = BinaryPrimitives.ReadUInt64BigEndian(header[SizeOfHeaderOffset..]);
        if (offset > (ulong)(header.Length - MagicLength))
            throw Broken($"the copy of it lies at {offset}, beyond what there is");
        Span<byte> copy = header[(int)offset..];
        if (copy.StartsWith(changed))
            return; // only the other one was left to change when somebody was interrupted
        if (!copy.StartsWith(old))
            throw Broken($"there is no copy of it at {offset}");
        changed.CopyTo(copy);
    }

    private static StorageException Broken(string why) => new(Errno.EINVAL, $"the LUKS header is broken: {why}");
}
