using System.Text.Json;

namespace CurveRbd.Rados;

/// <summary>About Ceph's manager, which this cluster has not: nothing runs beside the store.</summary>
internal static class MgrCommands
{
    public static IEnumerable<MonCommand> Commands =>
    [
        new("mgr dump name=epoch,type=CephInt,range=0,req=false", "dump the latest MgrMap", "r", call => Task.FromResult(
            CommandResult.Json(call, json => json.Object(() => WriteMap(json))))),
        new("mgr stat", "dump basic info about the mgr cluster state", "r", call => Task.FromResult(
            CommandResult.Json(call, json => json.Object(() => WriteStat(json))))),
        new("mgr module ls", "list active mgr modules", "r", call => Task.FromResult(
            CommandResult.Json(call, json => json.Object(() =>
            {
                json.EmptyArray("always_on_modules");
                json.EmptyArray("enabled_modules");
                json.EmptyArray("disabled_modules");
            })))),
        new("mgr services", "list service endpoints provided by mgr modules", "r", call => Task.FromResult(
            CommandResult.Json(call, json => json.Object(() => { })))),
    ];

    public static void WriteSummary(Utf8JsonWriter json) => json.Object("mgrmap", () =>
    {
        json.WriteBoolean("available", false);
        json.WriteNumber("num_standbys", 0);
        json.EmptyArray("modules");
        json.EmptyObject("services");
    });

    private static void WriteStat(Utf8JsonWriter json)
    {
        json.WriteNumber("epoch", 1);
        json.WriteBoolean("available", false);
        json.WriteString("active_name", "");
        json.WriteNumber("num_standby", 0);
    }

    private static void WriteMap(Utf8JsonWriter json)
    {
        json.WriteNumber("epoch", 1);
        json.WriteNumber("active_gid", 0);
        json.WriteString("active_name", "");
        json.WriteBoolean("available", false);
        json.EmptyArray("standbys");
        json.EmptyArray("modules");
        json.EmptyArray("available_modules");
        json.EmptyObject("services");
        json.EmptyObject("always_on_modules");
    }
}
