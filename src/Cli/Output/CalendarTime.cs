namespace CurveRbd.Cli;

/// <summary>Times as C's ctime prints them, in local time: "Mon Nov 23 10:14:42 2026".</summary>
internal static class CalendarTime
{
    public static string ToText(DateTimeOffset time)
    {
        DateTimeOffset local = time.ToLocalTime();
        return $"{local:ddd MMM} {local.Day,2} {local:HH:mm:ss yyyy}";
    }
}
