namespace CurveRbd.Rados;

/// <summary>Durations as Ceph's configuration spells them: "90", "90s", "1h30m", "2 days".</summary>
internal static class Duration
{
    private const long Minute = 60;
    private const long Hour = 60 * Minute;
    private const long Day = 24 * Hour;

    /// <exception cref="FormatException">Not a duration.</exception>
    public static long ParseSeconds(string value)
    {
        string text = value.Trim();
        if (text.Length == 0)
            return 0;
        if (text.All(char.IsAsciiDigit))
            return Number(text);

        long total = 0;
        int at = 0;
        while (at < text.Length)
        {
            string digits = Take(text, ref at, char.IsAsciiDigit);
            Take(text, ref at, char.IsWhiteSpace);
            string unit = Take(text, ref at, char.IsAsciiLetter);
            Take(text, ref at, char.IsWhiteSpace);
            if (digits.Length == 0 || unit.Length == 0)
                throw new FormatException("not a number of seconds, nor numbers with units such as 1h30m");
            total = Add(total, Number(digits), Unit(unit));
        }

        return total;
    }

    private static string Take(string text, ref int at, Func<char, bool> accepts)
    {
        int start = at;
        while (at < text.Length && accepts(text[at]))
            at++;
        return text[start..at];
    }

    private static long Number(string digits) =>
        long.TryParse(digits, out long number) ? number : throw new FormatException("out of range");

    private static long Add(long total, long number, long unit)
    {
        try
        {
            return checked(total + (number * unit));
        }
        catch (OverflowException error)
        {
            throw new FormatException("out of range", error);
        }
    }

    private static long Unit(string unit) => unit switch
    {
        "s" or "sec" or "second" or "seconds" => 1,
        "m" or "min" or "minute" or "minutes" => Minute,
        "h" or "hr" or "hour" or "hours" => Hour,
        "d" or "day" or "days" => Day,
        "w" or "wk" or "week" or "weeks" => 7 * Day,
        "mo" or "month" or "months" => 30 * Day,
        "y" or "yr" or "year" or "years" => 365 * Day,
        _ => throw new FormatException($"'{unit}' is not a unit of time"),
    };
}
