using System.Globalization;
using CurveRbd.Store;

namespace CurveRbd.Rados;

/// <summary>osd blocklist ..., also under its former name.</summary>
internal static class BlocklistCommands
{
    public static IEnumerable<MonCommand> Commands => [.. Named("blocklist"), .. Named("blacklist")];

    private static IEnumerable<MonCommand> Named(string name) =>
    [
        new($"osd {name} ls", $"show {name}ed clients", "r", ListAsync),
        new($"osd {name} clear", $"clear all {name}ed clients", "rw", ClearAsync),
        new(
            $"osd {name} name={name}op,type=CephChoices,strings=add|rm name=addr,type=CephEntityAddr name=expire,type=CephFloat,range=0.0,req=false",
            $"add (optionally until <expire> seconds from now) or remove <addr> from {name}",
            "rw",
            call => ChangeAsync(call, $"{name}op")),
    ];

    private static async Task<CommandResult> ListAsync(CommandCall call)
    {
        IReadOnlyList<BlocklistEntry> entries = await call.Cluster.Blocklist.ListAsync(call.CancellationToken).ConfigureAwait(false);
        return CommandResult.Of(
            call,
            () => string.Concat(entries.Select(entry => $"{entry.Address} {entry.Until.ToPlainText()}\n")),
            json => json.Array(entries, entry => json.Object(() =>
            {
                json.WriteString("addr", entry.Address);
                json.WriteString("until", entry.Until.ToPlainText());
            })),
            $"listed {entries.Count} entries");
    }

    private static async Task<CommandResult> ClearAsync(CommandCall call)
    {
        await call.Cluster.Blocklist.ClearAsync(call.CancellationToken).ConfigureAwait(false);
        return CommandResult.Say(" removed all blocklist entries");
    }

    private static Task<CommandResult> ChangeAsync(CommandCall call, string operation) => call.Text(operation) switch
    {
        "add" => AddAsync(call),
        "rm" => RemoveAsync(call),
        var other => throw new StorageException(Errno.EINVAL, $"{operation} is '{other}', expected add or rm"),
    };

    private static async Task<CommandResult> AddAsync(CommandCall call)
    {
        double seconds = Seconds(call.TextOrNull("expire"));
        BlocklistEntry entry = await call.Cluster.Blocklist.AddAsync(
            call.Text("addr"), TimeSpan.FromSeconds(seconds), call.CancellationToken).ConfigureAwait(false);
        double shown = seconds == 0 ? Math.Round((entry.Until - call.Cluster.Time.GetUtcNow()).TotalSeconds) : seconds;
        return CommandResult.Say($"blocklisting {entry.Address} until {entry.Until.ToPlainText()} ({shown.ToString(CultureInfo.InvariantCulture)} sec)");
    }

    // A year is for ever here, and keeps the sum a date.
    private static double Seconds(string? text)
    {
        if (text is null)
            return 0;
        return double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double seconds) && seconds >= 0
            ? Math.Min(seconds, TimeSpan.FromDays(365).TotalSeconds)
            : throw new StorageException(Errno.EINVAL, $"expire is '{text}', expected a number of seconds");
    }

    private static async Task<CommandResult> RemoveAsync(CommandCall call)
    {
        string address = call.Text("addr");
        bool wasThere = await call.Cluster.Blocklist.RemoveAsync(address, call.CancellationToken).ConfigureAwait(false);
        return CommandResult.Say(wasThere ? $"un-blocklisting {address}" : $"{address} isn't blocklisted");
    }
}
