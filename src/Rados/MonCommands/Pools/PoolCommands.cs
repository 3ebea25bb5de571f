using CurveRbd.Store;

namespace CurveRbd.Rados;

/// <summary>osd pool create, delete, rename.</summary>
internal static class PoolCommands
{
    private const string Confirmation = "yes_i_really_really_mean_it";

    private const string DeleteParameters =
        "name=pool,type=CephPoolname name=pool2,type=CephPoolname,req=false "
        + "name=yes_i_really_really_mean_it,type=CephBool,req=false name=yes_i_really_really_mean_it_not_faking,type=CephBool,req=false";

    public static IEnumerable<MonCommand> Commands =>
    [
        new(
            "osd pool create name=pool,type=CephPoolname name=pg_num,type=CephInt,range=0,req=false "
            + "name=pgp_num,type=CephInt,range=0,req=false name=pool_type,type=CephChoices,strings=replicated|erasure,req=false "
            + "name=erasure_code_profile,type=CephString,req=false name=rule,type=CephString,req=false "
            + "name=expected_num_objects,type=CephInt,range=0,req=false name=size,type=CephInt,range=0,req=false "
            + "name=autoscale_mode,type=CephChoices,strings=on|off|warn,req=false",
            "create pool",
            "rw",
            CreateAsync),
        new("osd pool delete " + DeleteParameters, "delete pool", "rw", DeleteAsync),
        new("osd pool rm " + DeleteParameters, "remove pool", "rw", DeleteAsync),
        new(
            "osd pool rename name=srcpool,type=CephPoolname name=destpool,type=CephPoolname",
            "rename <srcpool> to <destpool>",
            "rw",
            RenameAsync),
    ];

    private static async Task<CommandResult> CreateAsync(CommandCall call)
    {
        string name = call.Text("pool");
        await ThrowUnlessReplicatedAsync(call).ConfigureAwait(false);
        try
        {
            await call.Cluster.Pools.CreateAsync(name, call.CancellationToken).ConfigureAwait(false);
        }
        catch (StorageException error) when (error.Errno == Errno.EEXIST)
        {
            return CommandResult.Say($"pool '{name}' already exists");
        }

        await KeepSettingsAsync(call, name).ConfigureAwait(false);
        return CommandResult.Say($"pool '{name}' created");
    }

    private static async Task ThrowUnlessReplicatedAsync(CommandCall call)
    {
        if (call.TextOrNull("pool_type") == "erasure")
            throw new StorageException(Errno.EOPNOTSUPP, "the store replicates: erasure coded pools are not supported");
        if (call.TextOrNull("rule") is { } rule && rule != OsdCommands.CrushRule)
            throw new StorageException(Errno.ENOENT, $"specified rule {rule} doesn't exist");
        if (call.IntOrNull("size") is not (> 0 and { } size))
            return;
        StoreStatus status = await call.Volumes.GetStatusAsync(call.CancellationToken).ConfigureAwait(false);
        if (size != status.Replicas)
            throw new StorageException(Errno.EINVAL, $"the store decides size: it is {status.Replicas}");
    }

    private static async Task KeepSettingsAsync(CommandCall call, string name)
    {
        (string Setting, string? Value)[] asked =
        [
            ("pg_num", PositiveOrNull(call, "pg_num") ?? call.Cluster.Conf.GetText("osd_pool_default_pg_num")),
            ("pgp_num", PositiveOrNull(call, "pgp_num")),
            ("pg_autoscale_mode", call.TextOrNull("autoscale_mode")),
        ];
        await call.Cluster.Pools.UpdateAsync(
            name,
            pool => asked.Where(setting => setting.Value is not null)
                .Aggregate(pool, (changed, setting) => PoolSettings.Set(changed, setting.Setting, setting.Value!, replicas: 1)),
            call.CancellationToken).ConfigureAwait(false);
    }

    private static string? PositiveOrNull(CommandCall call, string name) => call.IntOrNull(name) is > 0 and { } number ? number.ToString() : null;

    private static async Task<CommandResult> DeleteAsync(CommandCall call)
    {
        string name = call.Text("pool");
        if (await call.Cluster.Pools.FindAsync(name, call.CancellationToken).ConfigureAwait(false) is null)
            return CommandResult.Say($"pool '{name}' does not exist");

        bool isConfirmed = call.Flag(Confirmation) || call.Flag(Confirmation + "_not_faking")
            || call.TextOrNull("sure") is "--yes-i-really-really-mean-it";
        if (!isConfirmed || call.TextOrNull("pool2") != name)
        {
            throw new StorageException(
                Errno.EPERM,
                $"WARNING: this will *PERMANENTLY DESTROY* all data stored in pool {name}.  If you are *ABSOLUTELY CERTAIN* that is what you "
                + "want, pass the pool name *twice*, followed by --yes-i-really-really-mean-it.");
        }

        await call.Cluster.Pools.DeleteAsync(name, call.CancellationToken).ConfigureAwait(false);
        return CommandResult.Say($"pool '{name}' removed");
    }

    private static async Task<CommandResult> RenameAsync(CommandCall call)
    {
        string from = call.Text("srcpool");
        string to = call.Text("destpool");
        if (await call.Cluster.Pools.FindAsync(from, call.CancellationToken).ConfigureAwait(false) is null
            && await call.Cluster.Pools.FindAsync(to, call.CancellationToken).ConfigureAwait(false) is not null)
        {
            return CommandResult.Say($"pool '{from}' does not exist; pool '{to}' does -- assuming successful rename");
        }

        await call.Cluster.Pools.RenameAsync(from, to, call.CancellationToken).ConfigureAwait(false);
        return CommandResult.Say($"pool '{from}' renamed to '{to}'");
    }
}
