namespace CurveRbd.Native;

/// <summary>The version numbers that consumers compare.</summary>
internal static unsafe class Versions
{
    public static void Tell(int major, int minor, int extra, int* toMajor, int* toMinor, int* toExtra)
    {
        if (toMajor is not null)
            *toMajor = major;
        if (toMinor is not null)
            *toMinor = minor;
        if (toExtra is not null)
            *toExtra = extra;
    }
}
