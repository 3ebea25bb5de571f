namespace CurveRbd.Native;

/// <summary>This process as the C libraries see it.</summary>
internal static class Process
{
    /// <summary>0 in the process that loaded the library first; one more in each forked child that loaded it anew.</summary>
    public static int Generation { get; set; }
}
