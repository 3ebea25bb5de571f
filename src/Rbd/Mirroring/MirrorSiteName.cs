using System.Text;
using System.Text.Json;
using CurveRbd.Rados;
using CurveRbd.Store;

namespace CurveRbd.Rbd;

/// <summary>What this cluster is called where clusters mirror each other. It is a name only: nothing is mirrored.</summary>
public static class MirrorSiteName
{
    // Where Ceph keeps it.
    private const string Key = "rbd/mirror/site_name";

    /// <returns>The cluster's fsid while it has no name.</returns>
    public static async Task<ByteName> GetAsync(Cluster cluster, CancellationToken cancellationToken)
    {
        MonCommandReply reply = await cluster.MonCommandAsync(Command("config-key get", null), default, cancellationToken).ConfigureAwait(false);
        return reply.ReturnCode == 0 ? ByteName.FromBytes(reply.Output.Span) : cluster.Fsid;
    }

    /// <param name="name">Empty: none.</param>
    /// <exception cref="StorageException">Of the record store.</exception>
    public static async Task SetAsync(Cluster cluster, string name, CancellationToken cancellationToken)
    {
        string command = name.Length == 0 ? Command("config-key rm", null) : Command("config-key set", name);
        MonCommandReply reply = await cluster.MonCommandAsync(command, default, cancellationToken).ConfigureAwait(false);
        if (reply.ReturnCode < 0)
            throw new StorageException((Errno)(-reply.ReturnCode), $"set the site's name: {reply.Status}");
    }

    private static string Command(string prefix, string? value)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteString("prefix", prefix);
            json.WriteString("key", Key);
            if (value is not null)
                json.WriteString("val", value);
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(buffer.ToArray());
    }
}
