using System.Text.Json;

namespace CurveRbd.Rados;

/// <summary>service dump, service status: the daemons that registered themselves.</summary>
internal static class ServiceCommands
{
    public static IEnumerable<MonCommand> Commands =>
    [
        new("service dump", "dump service map", "r", call => TellAsync(call, WriteDump)),
        new("service status", "dump service state", "r", call => TellAsync(call, WriteStatus)),
    ];

    private static async Task<CommandResult> TellAsync(CommandCall call, Action<Utf8JsonWriter, ServiceRecord> write)
    {
        IReadOnlyList<ServiceRecord> all = await call.Cluster.Services.ListAsync(call.CancellationToken).ConfigureAwait(false);
        return CommandResult.Json(call, json => json.Object(() =>
        {
            if (write == WriteDump)
            {
                json.WriteNumber("epoch", 1);
                json.Object("services", () => WriteAll(json, all, write));
            }
            else
            {
                WriteAll(json, all, write);
            }
        }));
    }

    private static void WriteAll(Utf8JsonWriter json, IReadOnlyList<ServiceRecord> all, Action<Utf8JsonWriter, ServiceRecord> write)
    {
        foreach (IGrouping<string, ServiceRecord> service in all.GroupBy(record => record.Service, StringComparer.Ordinal))
        {
            json.Object(service.Key, () =>
            {
                if (write == WriteDump)
                    json.Object("daemons", () => WriteDaemons(json, service, write));
                else
                    WriteDaemons(json, service, write);
            });
        }
    }

    private static void WriteDaemons(Utf8JsonWriter json, IEnumerable<ServiceRecord> daemons, Action<Utf8JsonWriter, ServiceRecord> write)
    {
        foreach (ServiceRecord daemon in daemons)
            json.Object(daemon.Daemon, () => write(json, daemon));
    }

    private static void WriteDump(Utf8JsonWriter json, ServiceRecord daemon)
    {
        json.WriteNumber("start_epoch", 1);
        json.Time("start_stamp", daemon.Since);
        json.WriteNumber("gid", daemon.Client);
        json.WriteString("addr", daemon.Address);
        json.Object("metadata", () => WriteTexts(json, daemon.Metadata));
        json.Object("task_status", () => { });
    }

    private static void WriteStatus(Utf8JsonWriter json, ServiceRecord daemon)
    {
        json.Time("status_stamp", daemon.Since);
        json.Object("status", () => WriteTexts(json, daemon.Status));
    }

    private static void WriteTexts(Utf8JsonWriter json, IEnumerable<KeyValuePair<string, string>> texts)
    {
        foreach ((string key, string value) in texts)
            json.WriteString(key, value);
    }
}
