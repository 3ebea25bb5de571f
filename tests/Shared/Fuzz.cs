using System.Diagnostics;
using System.Globalization;

namespace CurveRbd.Tests;

/// <summary>
/// Damage at random, the same for a seed. A run takes a fixed number of rounds; with CURVERBD_FUZZ_SECONDS set it takes so long instead, each
/// time with other seeds, and the seed of a failure is in its message.
/// </summary>
internal static class Fuzz
{
    public static async Task RunAsync(int rounds, Func<Random, Task> round)
    {
        bool isLong = int.TryParse(Environment.GetEnvironmentVariable("CURVERBD_FUZZ_SECONDS"), CultureInfo.InvariantCulture, out int seconds);
        int first = isLong ? Environment.TickCount : 1;
        long start = Stopwatch.GetTimestamp();
        for (int i = 0; isLong ? Stopwatch.GetElapsedTime(start).TotalSeconds < seconds : i < rounds; i++)
        {
            int seed = unchecked(first + i);
            try
            {
                await round(new Random(seed));
            }
            catch (Exception error)
            {
                throw new InvalidOperationException($"seed {seed}: {error.Message}", error);
            }
        }
    }

    /// <summary>The bytes with one to four things done to them: changed, cut, repeated, replaced by a length that lies.</summary>
    public static byte[] Damage(Random random, byte[] bytes)
    {
        for (int i = random.Next(1, 5); i > 0 && bytes.Length > 0; i--)
            bytes = DamageOnce(random, bytes);
        return bytes;
    }

    private static byte[] DamageOnce(Random random, byte[] bytes)
    {
        int at = random.Next(bytes.Length);
        switch (random.Next(5))
        {
            case 0:
                return bytes[..at];
            case 1:
                return [.. bytes[..at], .. bytes[random.Next(at + 1)..]];
            case 2:
                return [.. bytes[..at], .. (byte[])[0xFF, 0xFF, 0xFF, 0xFF, 0x0F], .. bytes[Math.Min(bytes.Length, at + 4)..]];
            default:
                byte[] changed = [.. bytes];
                changed[at] = random.Next(2) == 0 ? (byte)random.Next(256) : (byte)(changed[at] ^ (1 << random.Next(8)));
                return changed;
        }
    }
}
