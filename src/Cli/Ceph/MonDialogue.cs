using CurveRbd.Rados;
using CurveRbd.Store;

namespace CurveRbd.Cli.Ceph;

/// <summary>Sends one command and prints what came back: the answer on stdout, the remark on stderr.</summary>
internal sealed class MonDialogue(
    Cluster cluster, IReadOnlyList<CommandSignature> commands, CephOptions options, CommandEnvironment environment)
{
    private readonly Terminal _terminal = environment.Terminal;

    /// <returns>The exit status.</returns>
    public async Task<int> RunAsync()
    {
        if (MemberDialogue.Find(cluster, options, environment.Interrupted) is { } ask)
            return await PrintAsync(await ask().ConfigureAwait(false)).ConfigureAwait(false);

        byte[] input = await ReadInputAsync().ConfigureAwait(false);
        MonRequest? request = new CommandLineMatcher(commands, _terminal).Match(options.Words);
        if (request is null)
        {
            _terminal.PrintErrorLine("Error EINVAL: invalid command");
            return (int)Errno.EINVAL;
        }

        return await PrintAsync(await SendAsync(request, input).ConfigureAwait(false)).ConfigureAwait(false);
    }

    private async Task<int> PrintAsync(MonCommandReply reply)
    {
        await WriteOutputAsync(reply).ConfigureAwait(false);
        if (reply.ReturnCode < 0)
            _terminal.PrintErrorLine($"Error {ErrorText.Name(-reply.ReturnCode)}: {reply.Status}");
        else if (reply.Status.Length > 0)
            _terminal.PrintErrorLine(reply.Status);
        return Math.Max(0, -reply.ReturnCode);
    }

    private Task<MonCommandReply> SendAsync(MonRequest request, byte[] input)
    {
        string json = request.ToJson(options.Format);
        return request.Command.IsForManager
            ? cluster.MgrCommandAsync(json, input, environment.Interrupted)
            : cluster.MonCommandAsync(json, input, environment.Interrupted);
    }

    private async Task<byte[]> ReadInputAsync()
    {
        if (options.InputFile is not { } path)
            return [];
        try
        {
            if (path != "-")
                return await File.ReadAllBytesAsync(path, environment.Interrupted).ConfigureAwait(false);
            using var all = new MemoryStream();
            await _terminal.Input.CopyToAsync(all, environment.Interrupted).ConfigureAwait(false);
            return all.ToArray();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CommandException(1, $"Can't open input file {path}: {e.Message}");
        }
    }

    private async Task WriteOutputAsync(MonCommandReply reply)
    {
        if (options.OutputFile is not (null or "-"))
        {
            await WriteFileAsync(options.OutputFile, reply.Output).ConfigureAwait(false);
            return;
        }

        // Readers of Ceph's JSON are used to skipping a first line; the stock command gives them an empty one.
        if (options.Format is { } format && format.StartsWith("json", StringComparison.Ordinal))
            _terminal.PrintLine("");
        if (reply.Output.Length > 0)
            _terminal.Write(reply.Output.Span);
    }

    private async Task WriteFileAsync(string path, ReadOnlyMemory<byte> output)
    {
        try
        {
            await File.WriteAllBytesAsync(path, output, environment.Interrupted).ConfigureAwait(false);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CommandException(1, $"Can't open output file {path}: {e.Message}");
        }
    }
}
