using CurveRbd.Cli.Ceph;
using CurveRbd.Cli.Curverbd;
using CurveRbd.Cli.Rbd;
using CurveRbd.Cli.RbdNbd;
using CurveRbd.Store;

namespace CurveRbd.Cli;

/// <summary>One program under several names: <c>rbd</c>, <c>rbd-nbd</c>, <c>ceph</c>, <c>curverbd</c>, and <c>curverbd rbd ...</c>.</summary>
internal static class MultiCall
{
    /// <param name="line">The name the program was started by, and its arguments.</param>
    /// <returns>The exit status.</returns>
    public static async Task<int> RunAsync(IReadOnlyList<string> line, CommandEnvironment environment)
    {
        string name = line.Count == 0 ? "" : Path.GetFileName(line[0]);
        string[] arguments = [.. line.Skip(1)];
        if (!IsOfCeph(name) && arguments is [var first, ..] && IsOfCeph(first))
            return await RunAsync(arguments, environment).ConfigureAwait(false);
        try
        {
            return await RunAsync(name, arguments, environment).ConfigureAwait(false);
        }
        catch (Exception e)
        {
            // A defect of ours; whoever reports it needs all of it.
            environment.Terminal.PrintErrorLine($"{name}: unexpected failure, please report it:\n{e}");
            return (int)Errno.EIO;
        }
    }

    private static bool IsOfCeph(string name) => name is "rbd" or "rbd-nbd" or "ceph";

    private static Task<int> RunAsync(string name, string[] arguments, CommandEnvironment environment) => name switch
    {
        "rbd" or "ceph" when CephCommand.TryFind(name, arguments, environment) is { } ceph => Task.FromResult(ceph.Become(arguments, environment.Terminal)),
        "rbd" => new CommandProgram(RbdProgram.Table, environment).RunAsync(arguments),
        "rbd-nbd" => new CommandProgram(RbdNbdProgram.Table, environment).RunAsync(arguments),
        "ceph" => CephProgram.RunAsync(arguments, environment),
        _ => new CommandProgram(CurverbdProgram.Table, environment).RunAsync(arguments),
    };
}
