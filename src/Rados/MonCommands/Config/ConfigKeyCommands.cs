using System.Text;
using CurveRbd.Store;

namespace CurveRbd.Rados;

/// <summary>config-key ...: a small store of keys and values for operators' tools.</summary>
internal static class ConfigKeyCommands
{
    private const string Prefix = "config-key/";

    // Ceph's limit on a value (mon_config_key_max_entry_size).
    private const int ValueLengthMax = 64 * 1024;

    private const string KeyParameter = "name=key,type=CephString";

    public static IEnumerable<MonCommand> Commands =>
    [
        new($"config-key get {KeyParameter}", "get <key>", "r", GetAsync),
        new($"config-key set {KeyParameter} name=val,type=CephString,req=false", "set <key> to value <val>", "rw", SetAsync),
        new($"config-key rm {KeyParameter}", "rm <key>", "rw", RemoveAsync),
        new($"config-key exists {KeyParameter}", "check for <key>'s existence", "r", ExistsAsync),
        new("config-key ls", "list keys", "r", ListAsync),
        new("config-key dump name=key,type=CephString,req=false", "dump keys and values (with optional prefix)", "r", DumpAsync),
    ];

    private static async Task<CommandResult> GetAsync(CommandCall call)
    {
        Record? record = await FindAsync(call).ConfigureAwait(false);
        return record is null
            ? throw new StorageException(Errno.ENOENT, "")
            : new CommandResult(record.Value, $"obtained '{call.Text("key")}'");
    }

    private static async Task<CommandResult> SetAsync(CommandCall call)
    {
        ReadOnlyMemory<byte> value = call.TextOrNull("val") is { } text ? Encoding.UTF8.GetBytes(text) : call.Input;
        if (value.Length > ValueLengthMax)
            throw new StorageException(Errno.EFBIG, $"error: entry size limited to {ValueLengthMax} bytes.");
        await call.Records.CommitAsync(new RecordTransaction().Put(Key(call), value), call.CancellationToken).ConfigureAwait(false);
        return CommandResult.Say($"set {call.Text("key")}");
    }

    private static async Task<CommandResult> RemoveAsync(CommandCall call)
    {
        if (await FindAsync(call).ConfigureAwait(false) is null)
            return CommandResult.Say($"no such key '{call.Text("key")}'");
        await call.Records.CommitAsync(new RecordTransaction().Delete(Key(call)), call.CancellationToken).ConfigureAwait(false);
        return CommandResult.Say("key deleted");
    }

    private static async Task<CommandResult> ExistsAsync(CommandCall call) => await FindAsync(call).ConfigureAwait(false) is null
        ? throw new StorageException(Errno.ENOENT, $"key '{call.Text("key")}' doesn't exist")
        : CommandResult.Say($"key '{call.Text("key")}' exists");

    private static async Task<CommandResult> ListAsync(CommandCall call)
    {
        IReadOnlyList<Record> records = await RangeAsync(call, "").ConfigureAwait(false);
        return CommandResult.Json(call, json => json.Array(records, record => json.WriteStringValue(NameOf(record))));
    }

    private static async Task<CommandResult> DumpAsync(CommandCall call)
    {
        IReadOnlyList<Record> records = await RangeAsync(call, call.TextOrNull("key") ?? "").ConfigureAwait(false);
        return CommandResult.Json(call, json => json.Object(() =>
        {
            foreach (Record record in records)
                json.WriteString(NameOf(record), Encoding.UTF8.GetString(record.Value.Span));
        }));
    }

    private static string NameOf(Record record) => ByteName.Decode(record.Key.AsSpan(Prefix.Length)).ToString();

    private static string Key(CommandCall call) => Prefix + ByteName.FromText(call.Text("key")).Encode();

    private static ValueTask<Record?> FindAsync(CommandCall call) => call.Records.GetAsync(Key(call), call.CancellationToken);

    private static ValueTask<IReadOnlyList<Record>> RangeAsync(CommandCall call, string prefix) =>
        call.Records.RangeAsync(Prefix + ByteName.FromText(prefix).Encode(), null, 0, call.CancellationToken);
}
