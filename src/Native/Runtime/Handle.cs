namespace CurveRbd.Native;

/// <summary>
/// The opaque pointer a C caller holds: kind, generation of the process, use count of the slot, slot. Never 0, and never twice the
/// same in a process and its forked children as long as 16 million uses of one slot lie between.
/// </summary>
internal static class Handle
{
    public const int SlotBits = 20;
    public const int VersionBits = 24;

    private const int GenerationBits = 12;
    private const int GenerationShift = SlotBits + VersionBits;
    private const int KindShift = GenerationShift + GenerationBits;
    private const long SlotMask = (1 << SlotBits) - 1;

    public static int SlotOf(nint handle) => (int)(handle & SlotMask);

    public static nint Make(HandleKind kind, int version, int slot)
    {
        long generation = Process.Generation & ((1 << GenerationBits) - 1);
        long use = version & ((1 << VersionBits) - 1);
        return (nint)(((long)kind << KindShift) | (generation << GenerationShift) | (use << SlotBits) | (long)slot);
    }
}
