using System.Text;
using System.Text.Json;
using CurveRbd.Rados;

namespace CurveRbd.Cli;

/// <summary>A monitor command that another command needs done.</summary>
internal static class MonCall
{
    /// <param name="arguments">Strings, or booleans.</param>
    /// <returns>The answer.</returns>
    /// <exception cref="CommandException">"what failed", when the monitor refuses.</exception>
    public static async Task<ReadOnlyMemory<byte>> SendAsync(
        Cluster cluster, string what, string prefix, IEnumerable<KeyValuePair<string, object>> arguments, CancellationToken cancellationToken)
    {
        MonCommandReply reply = await cluster.MonCommandAsync(ToJson(prefix, arguments), default, cancellationToken).ConfigureAwait(false);
        return reply.ReturnCode >= 0
            ? reply.Output
            : throw new CommandException(-reply.ReturnCode, $"{what} failed: {ErrorText.Describe(-reply.ReturnCode)}: {reply.Status}");
    }

    private static string ToJson(string prefix, IEnumerable<KeyValuePair<string, object>> arguments)
    {
        using var bytes = new MemoryStream();
        using (var json = new Utf8JsonWriter(bytes))
        {
            json.WriteStartObject();
            json.WriteString("prefix", prefix);
            foreach ((string name, object value) in arguments)
            {
                if (value is bool truth)
                    json.WriteBoolean(name, truth);
                else
                    json.WriteString(name, NativeText.Encode((string)value));
            }

            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(bytes.ToArray());
    }
}
