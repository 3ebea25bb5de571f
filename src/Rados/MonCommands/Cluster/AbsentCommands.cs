using System.Text.Json;

namespace CurveRbd.Rados;

/// <summary>Questions about parts of Ceph that are not here: file systems, crashes, devices, tasks. There are none of them, and that is the answer.</summary>
internal static class AbsentCommands
{
    public static IEnumerable<MonCommand> Commands =>
    [
        new("fs ls", "list filesystems", "r", None("No filesystems enabled\n")),
        new("fs dump name=epoch,type=CephInt,range=0,req=false", "dump all CephFS status, optionally from epoch", "r", Json(json =>
        {
            json.WriteNumber("epoch", 1);
            json.EmptyArray("standbys");
            json.EmptyArray("filesystems");
        })),
        new("fs status name=fs,type=CephString,req=false", "Show the status of a CephFS filesystem", "r", None("")),
        new("mds stat", "show MDS status", "r", Json(json => json.Object("fsmap", () =>
        {
            json.WriteNumber("epoch", 1);
            json.EmptyArray("filesystems");
        }))),
        new("mds metadata name=who,type=CephString,req=false", "fetch metadata for mds <role>", "r", None("[]\n")),
        new("crash ls", "Show new and archived crash dumps", "r", None("")),
        new("crash ls-new", "Show new crash dumps", "r", None("")),
        new("crash stat", "Summarize recorded crashes", "r", None("0 crashes recorded\n")),
        new("device ls", "Show devices", "r", None("")),
        new("log last name=num,type=CephInt,range=1,req=false name=level,type=CephString,req=false name=channel,type=CephString,req=false",
            "print last few lines of the cluster log", "r", None("")),
        new("progress", "Show progress of recovery operations", "r", None("")),
        new("progress json", "Show machine readable progress information", "r", Json(json =>
        {
            json.EmptyArray("events");
            json.EmptyArray("completed");
        })),
        new("osd blocked-by", "print histogram of which OSDs are blocking their peers", "r", None("")),
        new("osd pool autoscale-status", "report on pool pg_num sizing recommendation and intent", "r", None("")),
        new("pg ls name=pool,type=CephInt,req=false name=states,type=CephString,n=N,req=false", "list pg with specific pool, osd, state", "r", Json(json =>
        {
            json.WriteBoolean("pg_ready", true);
            json.EmptyArray("pg_stats");
        })),
        new("pg dump_stuck name=stuckops,type=CephString,n=N,req=false", "show information about stuck pgs", "r", Json(json => json.EmptyArray("stuck_pg_stats"))),
        new("mgr metadata name=who,type=CephString,req=false", "dump metadata for all daemons or a specific daemon", "r", None("[]\n")),
    ];

    private static Func<CommandCall, Task<CommandResult>> None(string plain) =>
        call => Task.FromResult(CommandResult.Of(call, () => plain, json => json.Array<int>([], _ => { })));

    private static Func<CommandCall, Task<CommandResult>> Json(Action<Utf8JsonWriter> content) =>
        call => Task.FromResult(CommandResult.Json(call, json => json.Object(() => content(json))));
}
