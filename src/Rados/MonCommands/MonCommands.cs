using System.Collections.Frozen;
using System.Text.Json;
using CurveRbd.Store;

namespace CurveRbd.Rados;

/// <summary>All commands, by prefix. The same table tells the ceph command what it may ask.</summary>
internal static class MonCommands
{
    // A command is a line of an operator; much more is an accident.
    private const int CommandLengthMax = 1 << 20;

    private static readonly FrozenDictionary<string, MonCommand> s_commands = Load();

    public static IEnumerable<MonCommand> All => s_commands.Values.OrderBy(command => command.Prefix, StringComparer.Ordinal);

    public static async Task<MonCommandReply> RunAsync(
        Cluster cluster, string command, ReadOnlyMemory<byte> input, CancellationToken cancellationToken)
    {
        TimeSpan timeout = cluster.Conf.GetTimeout("rados_mon_op_timeout") ?? Timeout.InfiniteTimeSpan;
        using var expiry = new CancellationTokenSource(timeout, cluster.Time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(expiry.Token, cancellationToken);
        MonCommandReply reply;
        try
        {
            reply = await DispatchAsync(cluster, command, input, either.Token).WaitAsync(either.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            reply = Refuse(Errno.ETIMEDOUT, $"no answer within {timeout.TotalSeconds} s (rados_mon_op_timeout)");
        }
        catch (StorageException error)
        {
            reply = Refuse(error.Errno, error.Message);
        }

        Log.Command(cluster.Logger, cluster.InstanceId, command, reply.ReturnCode, reply.Status);
        return reply;
    }

    /// <summary>The few commands that a single daemon answers ("ceph tell").</summary>
    public static async Task<MonCommandReply> RunForDaemonAsync(Cluster cluster, string command, CancellationToken cancellationToken)
    {
        using JsonDocument? document = Parse(command);
        if (document is null || document.RootElement.ValueKind != JsonValueKind.Object)
            return Refuse(Errno.EINVAL, $"unparseable JSON {command}");
        var call = new CommandCall(cluster, document.RootElement, ReadOnlyMemory<byte>.Empty, cancellationToken);
        MonCommand? asked = call.TextOrNull("prefix") switch
        {
            "version" => s_commands["version"],
            "get_command_descriptions" => CommandDescriptions.OfDaemon(s_commands["version"]),
            _ => null,
        };
        if (asked is null)
            return Refuse(Errno.EINVAL, "command not known");
        CommandResult result = await asked.RunAsync(call).ConfigureAwait(false);
        return new MonCommandReply(-(int)result.Errno, result.Output, result.Status);
    }

    private static async Task<MonCommandReply> DispatchAsync(
        Cluster cluster, string command, ReadOnlyMemory<byte> input, CancellationToken cancellationToken)
    {
        using JsonDocument? document = Parse(command);
        if (document is null || document.RootElement.ValueKind != JsonValueKind.Object)
            return Refuse(Errno.EINVAL, $"unparseable JSON {command}");

        var call = new CommandCall(cluster, document.RootElement, input, cancellationToken);
        if (call.TextOrNull("prefix") is not { } prefix || !s_commands.TryGetValue(prefix, out MonCommand? known))
            return Refuse(Errno.EINVAL, "command not known");

        CommandResult result = await known.RunAsync(call).ConfigureAwait(false);
        return new MonCommandReply(-(int)result.Errno, Formatted(call, known, result.Output), result.Status);
    }

    // What is no JSON (a key, a keyring) is the same in every format.
    private static ReadOnlyMemory<byte> Formatted(CommandCall call, MonCommand command, ReadOnlyMemory<byte> output) =>
        call.IsXml && IsJson(output) ? XmlRendering.Of(output, command.Prefix.Split(' ')[^1], call.IsXmlPretty) : output;

    private static bool IsJson(ReadOnlyMemory<byte> output) => !output.IsEmpty && output.Span[0] is ((byte)'{' or (byte)'[' or (byte)'"');

    private static JsonDocument? Parse(string command)
    {
        try
        {
            return command.Length > CommandLengthMax ? null : JsonDocument.Parse(command);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static MonCommandReply Refuse(Errno errno, string status) => new(-(int)errno, ReadOnlyMemory<byte>.Empty, status);

    private static FrozenDictionary<string, MonCommand> Load() => new IEnumerable<MonCommand>[]
    {
        CommandDescriptions.Commands,
        ClusterCommands.Commands,
        StatusCommands.Commands,
        DfCommand.Commands,
        MonMapCommands.Commands,
        MgrCommands.Commands,
        ServiceCommands.Commands,
        MemberCommands.Commands,
        AbsentCommands.Commands,
        OsdCommands.Commands,
        OsdTreeCommand.Commands,
        OsdUsageCommand.Commands,
        OsdDumpCommand.Commands,
        PoolCommands.Commands,
        PoolListCommands.Commands,
        PoolSettingCommands.Commands,
        PoolQuotaCommands.Commands,
        PoolApplicationCommands.Commands,
        BlocklistCommands.Commands,
        AuthCommands.Commands,
        ConfigCommands.Commands,
        ConfigStoreCommands.Commands,
        ConfigKeyCommands.Commands,
    }.SelectMany(family => family).ToFrozenDictionary(command => command.Prefix, StringComparer.Ordinal);
}
