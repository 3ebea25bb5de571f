using System.Buffers;
using System.Globalization;

namespace CurveRbd.Rados;

/// <summary>Checks values and brings them into Ceph's canonical form. Everything wrong is a <see cref="FormatException"/>.</summary>
internal static class OptionValue
{
    private const int LogLevelMax = 99;

    private static readonly SearchValues<char> s_digits = SearchValues.Create("0123456789");

    public static string Canonical(Option option, string value)
    {
        string canonical = CanonicalOfType(option, value);
        if (option.Values.Count > 0 && !option.Values.Contains(canonical))
            throw new FormatException($"not one of {string.Join(", ", option.Values)}");
        ThrowUnlessInRange(option, canonical);
        return option.Rule is null ? canonical : option.Rule(canonical);
    }

    private static string CanonicalOfType(Option option, string value) => option.Type switch
    {
        OptionType.Bool => Bool(value),
        OptionType.Int => Int(value),
        OptionType.UInt => UInt(value),
        OptionType.Size => Size(value),
        OptionType.Float => FloatingPoint.Canonical(value),
        OptionType.Seconds => Duration.ParseSeconds(value).ToString(),
        OptionType.Uuid => Uuid(value),
        OptionType.Address => EntityAddress.Canonical(value),
        OptionType.Level => Level(value),
        _ => value,
    };

    private static void ThrowUnlessInRange(Option option, string canonical)
    {
        if (option.Min is null && option.Max is null)
            return;
        if (!ulong.TryParse(canonical, NumberStyles.None, null, out ulong number)
            || number < (option.Min ?? 0)
            || number > (option.Max ?? ulong.MaxValue))
        {
            throw new FormatException($"not in the range {option.Min ?? 0} to {option.Max?.ToString() ?? "unlimited"}");
        }
    }

    private static string Bool(string value)
    {
        if (value.Equals("true", StringComparison.OrdinalIgnoreCase))
            return "true";
        if (value.Equals("false", StringComparison.OrdinalIgnoreCase))
            return "false";
        if (!long.TryParse(value, NumberStyles.AllowLeadingSign, null, out long number))
            throw new FormatException("neither true nor false nor a number");
        return number == 0 ? "false" : "true";
    }

    private static string Int(string value)
    {
        (long number, ulong factor) = Scaled(value, 1000);
        return InRange(() => checked(number * (long)factor).ToString());
    }

    private static string UInt(string value)
    {
        (long number, ulong factor) = Scaled(value, 1000);
        return InRange(() => checked((ulong)number * factor).ToString());
    }

    private static string Size(string value)
    {
        string withoutIec = value.EndsWith('i') ? value[..^1] : value;
        if (withoutIec != value && (withoutIec.Length == 0 || char.IsAsciiDigit(withoutIec[^1])))
            throw new FormatException("'i' without a unit");
        (long number, ulong factor) = Scaled(value.EndsWith('B') ? value[..^1] : withoutIec, 1024);
        return InRange(() => checked((ulong)number * factor).ToString());
    }

    private static string InRange(Func<string> multiply)
    {
        try
        {
            return multiply();
        }
        catch (OverflowException error)
        {
            throw new FormatException("out of range", error);
        }
    }

    private static (long Number, ulong Factor) Scaled(string value, ulong unit)
    {
        int power = value.Length == 0 ? -1 : "KMGTPE".IndexOf(value[^1], StringComparison.Ordinal);
        if (power < 0)
            return (Whole(value), 1);

        ulong factor = 1;
        for (int i = 0; i <= power; i++)
            factor *= unit;
        return (Whole(value[..^1]), factor);
    }

    private static long Whole(string value) =>
        long.TryParse(value, NumberStyles.AllowLeadingSign, null, out long number)
            ? number
            : throw new FormatException("not a whole number");

    private static string Uuid(string value)
    {
        if (!Guid.TryParseExact(value, "D", out Guid id)
            && !Guid.TryParseExact(value, "N", out id)
            && !Guid.TryParseExact(value, "B", out id))
        {
            throw new FormatException("not a UUID");
        }

        return id.ToString("D");
    }

    private static string Level(string value)
    {
        string[] parts = value.Split('/');
        int[] levels = parts.Where((part, i) => i == 0 || part.Length > 0).Select(LevelNumber).ToArray();
        return levels.Length == 1 ? $"{levels[0]}/{levels[0]}" : string.Join('/', levels);
    }

    // As scanf reads it: blanks before, anything behind.
    private static int LevelNumber(string part)
    {
        string trimmed = part.TrimStart();
        int sign = trimmed.StartsWith('-') || trimmed.StartsWith('+') ? 1 : 0;
        int end = trimmed.AsSpan(sign).IndexOfAnyExcept(s_digits);
        string digits = end < 0 ? trimmed : trimmed[..(sign + end)];
        if (digits.Length == sign)
            throw new FormatException("not a log level");
        if (!int.TryParse(digits, NumberStyles.AllowLeadingSign, null, out int level) || level is < 0 or > LogLevelMax)
            throw new OverflowException($"log levels are 0 to {LogLevelMax}");
        return level;
    }
}
