using System.Globalization;
using System.Text;
using CurveRbd.Store;

namespace CurveRbd.Local.Tests;

/// <summary>What this program does as a child of a test: one of the scripts below, on the store that the first argument names.</summary>
internal static class ChildScript
{
    /// <returns>The exit code.</returns>
    public static async Task<int> RunAsync(string script, string[] arguments)
    {
        try
        {
            await PlayAsync(script, arguments);
            return 0;
        }
        catch (Exception error)
        {
            await Console.Error.WriteLineAsync(error.ToString());
            return 1;
        }
    }

    private static async Task PlayAsync(string script, string[] arguments)
    {
        if (script == "library")
            LocalStore.SqliteLibrary = arguments[1];
        await using LocalStore store = await LocalStore.OpenAsync(arguments[0], CancellationToken.None);
        await (script switch
        {
            "count" => CountAsync(store.Records, int.Parse(arguments[1])),
            "hold" => HoldAsync(store.Records),
            "commit" => CommitForeverAsync(store.Records),
            "watch" => WatchAsync(store.Records, arguments[1]),
            "write" => WriteForeverAsync(store.Volumes),
            "sessions" => OpenSessionsForeverAsync(store.Records, arguments[1]),
            "library" => SayMappedLibraryAsync(arguments[1]),
            _ => throw new ArgumentException(script),
        });
    }

    /// <summary>Adds to one counter, so many times.</summary>
    private static async Task CountAsync(IRecordStore records, int times)
    {
        for (int done = 0; done < times;)
        {
            CurveRbd.Store.Record seen = (await records.GetAsync("counter", default))!;
            int value = int.Parse(Encoding.ASCII.GetString(seen.Value.Span));
            var change = new RecordTransaction().Require(seen).Put("counter", Encoding.ASCII.GetBytes(value + 1 + ""));
            if ((await records.CommitAsync(change, default)).Succeeded)
                done++;
        }
    }

    /// <summary>Keeps a session with one record until a line comes.</summary>
    private static async Task HoldAsync(IRecordStore records)
    {
        await using IRecordSession session = await records.OpenSessionAsync(default);
        await records.CommitAsync(new RecordTransaction().Put("held", "1"u8.ToArray(), session.Id), default);
        Say("held");
        await Console.In.ReadLineAsync();
    }

    /// <summary>Commits n = 1, 2, ... in two records and says each number once it is acknowledged.</summary>
    private static async Task CommitForeverAsync(IRecordStore records)
    {
        await using IRecordSession session = await records.OpenSessionAsync(default);
        await records.CommitAsync(new RecordTransaction().Put("bound", "1"u8.ToArray(), session.Id), default);
        for (int n = 1; ; n++)
        {
            byte[] value = Encoding.ASCII.GetBytes(n + "");
            await records.CommitAsync(new RecordTransaction().Put("left", value).Put("right", value), default);
            Say(n + "");
        }
    }

    /// <summary>Says every change under a prefix.</summary>
    private static async Task WatchAsync(IRecordStore records, string prefix)
    {
        await using IAsyncDisposable watch = await records.WatchAsync(
            prefix,
            change => Say(change.Record is null ? $"{change.Key} gone" : $"{change.Key}={Encoding.ASCII.GetString(change.Record.Value.Span)}"),
            default);
        Say("watching");
        await Console.In.ReadLineAsync();
    }

    /// <summary>Fills 64 KiB pieces with their round's number, flushes, and says the round.</summary>
    private static async Task WriteForeverAsync(IVolumeStore volumes)
    {
        await using IVolume volume = await volumes.OpenAsync(new VolumePath("pool", "volume", ""), false, default);
        byte[] piece = new byte[64 * 1024];
        for (int round = 1; ; round++)
        {
            Array.Fill(piece, (byte)round);
            for (ulong offset = 0; offset < volume.Size; offset += (ulong)piece.Length)
                await volume.WriteAsync(offset, piece);
            await volume.FlushAsync();
            Say(round.ToString(CultureInfo.InvariantCulture));
        }
    }

    private static async Task OpenSessionsForeverAsync(IRecordStore records, string name)
    {
        Say("started");
        for (int i = 0; ; i++)
        {
            IRecordSession session = await records.OpenSessionAsync(default);
            await records.CommitAsync(new RecordTransaction().Put($"clients/{name}/{session.Id}", "1"u8.ToArray(), session.Id), default);
            if (i % 3 == 0)
                await session.DisposeAsync();
        }
    }

    private static async Task SayMappedLibraryAsync(string path)
    {
        string maps = await File.ReadAllTextAsync("/proc/self/maps");
        Say(maps.Contains(path, StringComparison.Ordinal) ? "mapped" : "not mapped");
        Say(maps.Contains("libe_sqlite3.so", StringComparison.Ordinal) ? "default too" : "alone");
    }

    private static void Say(string line)
    {
        Console.Out.WriteLine(line);
        Console.Out.Flush();
    }
}
