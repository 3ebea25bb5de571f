using CurveRbd.Rados;

namespace CurveRbd.Native;

/// <summary>Times of objects as C callers give and get them. Any pointer may be NULL.</summary>
internal static unsafe class ObjectTimes
{
    public static ObjectStep Stat(ulong* size, long* modified, int* result = null) => ObjectSteps.Stat((code, bytes, time) =>
    {
        Put(code, bytes, size, result);
        if (code >= 0 && modified is not null)
            *modified = time.ToUnixTimeSeconds();
    });

    public static ObjectStep Stat(ulong* size, TimeSpec* modified, int* result = null) => ObjectSteps.Stat((code, bytes, time) =>
    {
        Put(code, bytes, size, result);
        if (code >= 0 && modified is not null)
            *modified = TimeSpec.Of(time);
    });

    public static DateTimeOffset? OrNull(long* time) => time is null ? null : CTime.Time(*time);

    public static DateTimeOffset? OrNull(TimeSpec* time) =>
        time is null ? null : CTime.Time(time->Seconds).AddTicks(long.Clamp(time->Nanoseconds, 0, 999_999_999) / 100);

    private static void Put(int code, ulong bytes, ulong* size, int* result)
    {
        if (result is not null)
            *result = code;
        if (code >= 0 && size is not null)
            *size = bytes;
    }
}
