namespace CurveRbd.Rados;

/// <summary>What became of an operation on an object.</summary>
/// <param name="Code">0 or more; a negative errno of a step that refused; below -4094 a comparison's first differing byte.</param>
/// <param name="Version">Of the object, after a write its new one; 0 when it does not exist.</param>
public readonly record struct ObjectOutcome(int Code, ulong Version)
{
    // Ceph's: -(MAX_ERRNO + index).
    private const int MismatchBase = 4095;

    public static int Mismatch(int index) => -(MismatchBase + index);
}
