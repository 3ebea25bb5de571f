using CurveRbd.Rados;
using CurveRbd.Store;

namespace CurveRbd.Cli;

/// <summary>Runs a line of a program that has a table of commands.</summary>
internal sealed class CommandProgram(CommandTable table, CommandEnvironment environment)
{
    private readonly Terminal _terminal = environment.Terminal;

    /// <returns>The exit status: 0, 1 for a line that can't be understood, or the error number of the failure.</returns>
    public async Task<int> RunAsync(IReadOnlyList<string> arguments)
    {
        try
        {
            return await DispatchAsync(arguments).ConfigureAwait(false);
        }
        catch (UsageException e)
        {
            _terminal.PrintErrorLine($"{table.Program}: {e.Message}");
            return 1;
        }
        catch (CephArgumentsException e)
        {
            LibraryLog.Print(_terminal, e.InnerException);
            _terminal.PrintErrorLine(e.Message);
            return 1;
        }
        catch (CommandException e)
        {
            LibraryLog.Print(_terminal, e.InnerException);
            if (e.Line is { } line)
                _terminal.PrintErrorLine($"{table.Program}: {line}");
            return e.ExitCode;
        }
    }

    private async Task<int> DispatchAsync(IReadOnlyList<string> arguments)
    {
        if (WantsVersion(arguments))
        {
            _terminal.PrintLine(CephRelease.Version);
            return 0;
        }

        CephArguments ceph = CephArguments.Parse(arguments, environment);
        CommandLine found = table.Find(WithoutHelp(ceph.Rest, out bool wantsHelp));
        if (wantsHelp || found.Words.Count == 0)
            return PrintHelp(found);
        if (found.Command is not { } command)
            return RefuseUnknown(found);

        ParsedArguments parsed = new ArgumentParser(command.Options, command.Positionals).Parse(found.Arguments);
        var session = new CommandSession(environment, ceph.Conf, parsed);
        await using (session.ConfigureAwait(false))
            await RunAsync(command, session).ConfigureAwait(false);
        return 0;
    }

    private static async Task RunAsync(Command command, CommandSession session)
    {
        try
        {
            await command.RunAsync(session).ConfigureAwait(false);
        }
        catch (StorageException e)
        {
            throw new CommandException($"{command.Name} error", e);
        }
        catch (OperationCanceledException) when (session.Interrupted.IsCancellationRequested)
        {
            throw new CommandException(Errno.EINTR, $"{command.Name} was interrupted");
        }
    }

    private static bool WantsVersion(IReadOnlyList<string> line) =>
        line.TakeWhile(word => word != "--").Any(word => word is "-v" or "--version");

    private static IReadOnlyList<string> WithoutHelp(IReadOnlyList<string> line, out bool wantsHelp)
    {
        wantsHelp = line is ["help", ..] || line.TakeWhile(word => word != "--").Any(word => word is "-h" or "--help");
        return !wantsHelp ? line : [.. line.Where((word, i) => word is not ("-h" or "--help") && !(i == 0 && word == "help"))];
    }

    private int PrintHelp(CommandLine line)
    {
        if (line.Command is null && line.Words.Count > 0)
            return RefuseUnknown(line);
        _terminal.Print(line.Command is { } command ? CommandHelp.Of(table, command) : CommandHelp.OfAll(table));
        return 0;
    }

    private int RefuseUnknown(CommandLine line)
    {
        _terminal.PrintError($"error: unknown option '{string.Join(' ', line.Words)}'\n\n");
        _terminal.Print(CommandHelp.OfAll(table));
        return 1;
    }
}
