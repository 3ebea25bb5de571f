using CurveRbd.Store;

namespace CurveRbd.Rados;

/// <summary>auth ...: users for keyrings and consumers' secrets.</summary>
internal static class AuthCommands
{
    private const string Prefix = "auth/";
    private const string Entity = "name=entity,type=CephString";
    private const string Caps = "name=caps,type=CephString,n=N,req=false";

    public static IEnumerable<MonCommand> Commands =>
    [
        new($"auth get {Entity}", "write keyring file with requested key", "rx", GetAsync),
        new($"auth get-key {Entity}", "display requested key", "rx", GetKeyAsync),
        new($"auth print-key {Entity}", "display requested key", "rx", GetKeyAsync),
        new($"auth get-or-create {Entity} {Caps}", "add auth info for <entity> with random key and the caps specified", "rwx", GetOrCreateAsync),
        new($"auth get-or-create-key {Entity} {Caps}", "get, or add, key for <entity> with the caps specified", "rwx", GetOrCreateKeyAsync),
        new($"auth caps {Entity} name=caps,type=CephString,n=N", "update caps for <entity> to those specified", "rwx", SetCapsAsync),
        new($"auth rm {Entity}", "remove all caps for <entity>", "rwx", RemoveAsync),
        new($"auth del {Entity}", "delete all caps for <entity>", "rwx", RemoveAsync),
        new("auth export name=entity,type=CephString,req=false", "write keyring for requested entity, or master keyring if none given", "rx", ExportAsync),
        new($"auth add {Entity} {Caps}", "add auth info for <entity> with random key and the caps specified", "rwx", AddAsync),
        new("auth ls", "list authentication state", "rx", ListAsync),
        new("auth list", "list authentication state", "rx", ListAsync),
    ];

    private static async Task<CommandResult> GetAsync(CommandCall call)
    {
        string entity = call.Text("entity");
        (_, AuthRecord? user) = await FindAsync(call, entity).ConfigureAwait(false);
        if (user is null)
            throw new StorageException(Errno.ENOENT, $"failed to find {entity} in keyring");
        return CommandResult.Of(
            call, () => user.ToKeyring(withCaps: true), json => json.Array([user], each => each.Write(json)), $"exported keyring for {entity}");
    }

    private static async Task<CommandResult> ExportAsync(CommandCall call)
    {
        if (call.TextOrNull("entity") is { Length: > 0 })
            return await GetAsync(call).ConfigureAwait(false);
        IReadOnlyList<Record> records = await call.Records.RangeAsync(Prefix, null, 0, call.CancellationToken).ConfigureAwait(false);
        List<AuthRecord> users = [.. records.Select(Parse)];
        return CommandResult.Of(
            call,
            () => string.Concat(users.Select(user => user.ToKeyring(withCaps: true))),
            json => json.Array(users, user => user.Write(json)),
            "exported master keyring");
    }

    private static async Task<CommandResult> AddAsync(CommandCall call)
    {
        AuthRecord user = await RequireOrCreateAsync(call).ConfigureAwait(false);
        return CommandResult.Say($"added key for {user.Entity}");
    }

    private static async Task<CommandResult> GetKeyAsync(CommandCall call)
    {
        string entity = call.Text("entity");
        (_, AuthRecord? user) = await FindAsync(call, entity).ConfigureAwait(false);
        return user is null ? throw new StorageException(Errno.ENOENT, $"don't have {entity}") : Key(call, user);
    }

    private static async Task<CommandResult> GetOrCreateAsync(CommandCall call)
    {
        AuthRecord user = await RequireOrCreateAsync(call).ConfigureAwait(false);
        return CommandResult.Of(
            call, () => user.ToKeyring(withCaps: false), json => json.Array([user], each => each.Write(json, withCaps: false)));
    }

    private static async Task<CommandResult> GetOrCreateKeyAsync(CommandCall call) =>
        Key(call, await RequireOrCreateAsync(call).ConfigureAwait(false));

    private static CommandResult Key(CommandCall call, AuthRecord user) => CommandResult.Of(
        call, () => user.Key, json => json.Object(() => json.WriteString("key", user.Key)));

    private static async Task<AuthRecord> RequireOrCreateAsync(CommandCall call)
    {
        string entity = EntityName.Parse(call.Text("entity")).ToString();
        SortedDictionary<string, string> caps = ReadCaps(call);
        (Record? record, AuthRecord? user) = await FindAsync(call, entity).ConfigureAwait(false);
        if (user is null)
        {
            user = new AuthRecord { Entity = entity, Key = CephxKey.Create(call.Cluster.Time.GetUtcNow()), Caps = caps };
            await StoreAsync(call, record, user).ConfigureAwait(false);
            return user;
        }

        foreach ((string service, string capability) in caps)
        {
            if (user.Caps.GetValueOrDefault(service) != capability)
                throw new StorageException(Errno.EINVAL, $"key for {entity} exists but cap {service} does not match");
        }

        return user;
    }

    private static async Task<CommandResult> SetCapsAsync(CommandCall call)
    {
        string entity = call.Text("entity");
        (Record? record, AuthRecord? user) = await FindAsync(call, entity).ConfigureAwait(false);
        if (user is null)
            throw new StorageException(Errno.ENOENT, $"couldn't find entry {entity}");
        await StoreAsync(call, record, user with { Caps = ReadCaps(call) }).ConfigureAwait(false);
        return CommandResult.Say($"updated caps for {entity}");
    }

    private static async Task<CommandResult> RemoveAsync(CommandCall call)
    {
        string entity = call.Text("entity");
        (Record? record, _) = await FindAsync(call, entity).ConfigureAwait(false);
        if (record is null)
            return CommandResult.Say($"entity {entity} does not exist");
        await call.Records.CommitAsync(new RecordTransaction().Delete(record.Key), call.CancellationToken).ConfigureAwait(false);
        return CommandResult.Say("updated");
    }

    private static async Task<CommandResult> ListAsync(CommandCall call)
    {
        IReadOnlyList<Record> records = await call.Records.RangeAsync(Prefix, null, 0, call.CancellationToken).ConfigureAwait(false);
        List<AuthRecord> users = [.. records.Select(Parse)];
        return CommandResult.Of(
            call,
            () => string.Concat(users.Select(Describe)),
            json => json.Object(() => json.Array("auth_dump", users, user => user.Write(json))),
            "installed auth entries:\n");
    }

    private static string Describe(AuthRecord user) =>
        $"{user.Entity}\n\tkey: {user.Key}\n" + string.Concat(user.Caps.Select(cap => $"\tcaps: [{cap.Key}] {cap.Value}\n"));

    // "mon", "profile rbd", "osd", "profile rbd pool=vms": services and what they are allowed, in turn.
    private static SortedDictionary<string, string> ReadCaps(CommandCall call)
    {
        IReadOnlyList<string> words = call.Texts("caps");
        if (words.Count % 2 != 0)
            throw new StorageException(Errno.EINVAL, "bad capabilities request; number of arguments must be even");

        var caps = new SortedDictionary<string, string>(StringComparer.Ordinal);
        for (int i = 0; i < words.Count; i += 2)
            caps[words[i]] = words[i + 1];
        return caps;
    }

    private static async Task<(Record? Record, AuthRecord? User)> FindAsync(CommandCall call, string entity)
    {
        Record? record = await call.Records.GetAsync(Key(entity), call.CancellationToken).ConfigureAwait(false);
        return (record, record is null ? null : Parse(record));
    }

    private static string Key(string entity) => Prefix + ByteName.FromText(entity).Encode();

    private static AuthRecord Parse(Record record) =>
        RadosRecords.Parse(record, RadosJsonContext.Default.AuthRecord, user => user.Version);

    private static async Task StoreAsync(CommandCall call, Record? seen, AuthRecord user)
    {
        string key = Key(user.Entity);
        var transaction = new RecordTransaction();
        transaction = seen is null ? transaction.RequireAbsent(key) : transaction.Require(seen);
        RecordCommit commit = await call.Records.CommitAsync(
            transaction.Put(key, RadosRecords.Serialize(user, RadosJsonContext.Default.AuthRecord)), call.CancellationToken).ConfigureAwait(false);
        if (!commit.Succeeded)
            throw new StorageException(Errno.EAGAIN, $"{user.Entity} was changed by somebody else: try again");
    }
}
