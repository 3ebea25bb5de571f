using CurveRbd.Rados;
using CurveRbd.Store;

namespace CurveRbd.Cli.Ceph;

/// <summary>The <c>ceph</c> command: turns its line into one command for the cluster and prints the answer.</summary>
internal static class CephProgram
{
    /// <returns>The exit status: 0, the error number of the refusal, 22 for a line that is no command, 2 for wrong options.</returns>
    public static async Task<int> RunAsync(IReadOnlyList<string> arguments, CommandEnvironment environment)
    {
        Terminal terminal = environment.Terminal;
        try
        {
            if (arguments.Any(argument => argument is "-v" or "--version"))
            {
                terminal.PrintLine(CephRelease.Version);
                return 0;
            }

            CephArguments ceph = CephArguments.Parse(arguments, environment);
            return await DispatchAsync(CephOptions.Parse(ceph.Rest), ceph.Conf, environment).ConfigureAwait(false);
        }
        catch (UsageException e)
        {
            // As Python's argparse: 2 for a line that its own options don't fit.
            terminal.PrintErrorLine($"ceph: {e.Message}");
            return 2;
        }
        catch (CephArgumentsException e)
        {
            LibraryLog.Print(terminal, e.InnerException);
            terminal.PrintErrorLine(e.Message);
            return 1;
        }
        catch (CommandException e)
        {
            LibraryLog.Print(terminal, e.InnerException);
            terminal.PrintErrorLine(e.Message);
            return e.ExitCode;
        }
        catch (OperationCanceledException) when (environment.Interrupted.IsCancellationRequested)
        {
            terminal.PrintErrorLine("Interrupted");
            return (int)Errno.EINTR;
        }
    }

    private static async Task<int> DispatchAsync(CephOptions options, CephConf conf, CommandEnvironment environment)
    {
        if (options.ConnectTimeoutSeconds is { } seconds)
            conf.Set("client_mount_timeout", seconds.ToString());
        var cluster = new Cluster(conf, environment.Stores);
        await using (cluster.ConfigureAwait(false))
        {
            await ConnectAsync(cluster, environment.Interrupted).ConfigureAwait(false);
            IReadOnlyList<CommandSignature> commands = await DescribeAsync(cluster, environment.Interrupted).ConfigureAwait(false);
            if (options.WantsHelp || options.Words.Count == 0)
            {
                environment.Terminal.Print(CephHelp.Of(commands, options.Words));
                return 0;
            }

            return await new MonDialogue(cluster, commands, options, environment).RunAsync().ConfigureAwait(false);
        }
    }

    private static async Task ConnectAsync(Cluster cluster, CancellationToken cancellationToken)
    {
        try
        {
            await cluster.ConnectAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (StorageException e)
        {
            string line = $"[errno {(int)e.Errno}] RADOS error (error connecting to the cluster)";
            throw new CommandException(1, e.Errno == Errno.ENOENT ? $"[errno 2] RADOS object not found (error connecting to the cluster)" : line, e);
        }
    }

    private static async Task<IReadOnlyList<CommandSignature>> DescribeAsync(Cluster cluster, CancellationToken cancellationToken)
    {
        const string Request = """{"prefix":"get_command_descriptions"}""";
        MonCommandReply reply = await cluster.MonCommandAsync(Request, default, cancellationToken).ConfigureAwait(false);
        return reply.ReturnCode == 0
            ? CommandSignature.ParseAll(reply.Output)
            : throw new CommandException(-reply.ReturnCode, $"Error {ErrorText.Name(-reply.ReturnCode)}: problem getting command descriptions from mon.");
    }
}
