using System.Text;
using System.Text.Json;
using CurveRbd.Rados;

namespace CurveRbd.Cli.Rbd;

/// <summary><c>rbd pool init</c></summary>
internal sealed class PoolInitCommand : Command
{
    private static readonly Switch s_force = new("force", "also a pool that another application uses");

    public override string Name => "pool init";

    public override string Summary => "Mark a pool as one for images.";

    public override IReadOnlyList<Option> Options { get; } = [SpecOptions.Pool, s_force];

    public override IReadOnlyList<Positional> Positionals { get; } = [SpecOptions.PoolNameWord];

    public override async Task RunAsync(CommandSession session)
    {
        ImagePath pool = session.Complete(SpecOptions.ReadPoolName(session.Arguments));
        IoContext io = await session.OpenPoolAsync(pool).ConfigureAwait(false);
        string request = Request(pool.Pool, session.Arguments.Has(s_force));
        MonCommandReply reply = await io.Cluster.MonCommandAsync(request, default, session.Interrupted).ConfigureAwait(false);
        if (reply.ReturnCode < 0)
            throw new CommandException(-reply.ReturnCode, $"pool init failed: {ErrorText.Describe(-reply.ReturnCode)}\n{reply.Status}");
    }

    private static string Request(string pool, bool force)
    {
        using var bytes = new MemoryStream();
        using (var json = new Utf8JsonWriter(bytes))
        {
            json.WriteStartObject();
            json.WriteString("prefix", "osd pool application enable");
            json.WriteString("pool", NativeText.Encode(pool));
            json.WriteString("app", "rbd");
            if (force)
                json.WriteBoolean("yes_i_really_mean_it", true);
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(bytes.ToArray());
    }
}
