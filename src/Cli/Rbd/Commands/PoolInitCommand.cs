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
        var arguments = new Dictionary<string, object> { ["pool"] = pool.Pool, ["app"] = "rbd" };
        if (session.Arguments.Has(s_force))
            arguments.Add("yes_i_really_mean_it", true);
        await MonCall.SendAsync(io.Cluster, "pool init", "osd pool application enable", arguments, session.Interrupted)
            .ConfigureAwait(false);
    }
}
