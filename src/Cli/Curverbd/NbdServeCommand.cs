using System.Diagnostics.CodeAnalysis;
using System.Net;
using CurveRbd.Cli.Nbd;
using CurveRbd.Cli.Rbd;
using CurveRbd.Rbd;
using CurveRbd.Store;

namespace CurveRbd.Cli.Curverbd;

/// <summary><c>curverbd nbd serve</c></summary>
internal sealed class NbdServeCommand : Command
{
    private static readonly Option<string> s_socket = SpecOptions.Text("socket", "path of the Unix socket to listen on");
    private static readonly Option<IPEndPoint> s_listen = new("listen", "address to listen on instead: port, or address:port", TryParseAddress);
    private static readonly Switch s_readOnly = new("read-only", "let nobody write");

    public override string Name => "nbd serve";

    public override string Summary => "Let NBD clients (qemu, nbd-client, nbdcopy, fio) use an image or a snapshot, until interrupted.";

    public override IReadOnlyList<Option> Options { get; } = [.. SpecOptions.OfImageOrSnapshot, s_socket, s_listen, s_readOnly];

    public override IReadOnlyList<Positional> Positionals { get; } = [SpecOptions.ImageOrSnapshotWord];

    public override async Task RunAsync(CommandSession session)
    {
        ImagePath path = session.Complete(SpecOptions.ReadImageOrSnapshot(session.Arguments));
        bool isReadOnly = session.Arguments.Has(s_readOnly) || path.Snapshot.Length > 0;
        Image image = await session.OpenImageAsync(path, isReadOnly).ConfigureAwait(false);
        await using (image.ConfigureAwait(false))
        {
            NbdExportFlags more = isReadOnly ? NbdExportFlags.ReadOnly : NbdExportFlags.SendTrim;
            using var server = new NbdServer(new NbdExport(image, path.ToFullText(), more | NbdExportFlags.CanMultiConn));
            await ServeAsync(session, server).ConfigureAwait(false);
        }
    }

    private static async Task ServeAsync(CommandSession session, NbdServer server)
    {
        string where;
        try
        {
            where = Listen(session.Arguments, server);
        }
        catch (StorageException e)
        {
            throw new CommandException("nbd serve failed", e);
        }

        session.Terminal.PrintLine(where);
        await server.RunAsync(session.Interrupted).ConfigureAwait(false);
    }

    /// <returns>The URI that clients connect to.</returns>
    private static string Listen(ParsedArguments arguments, NbdServer server)
    {
        if (arguments.Find(s_socket) is { Length: > 0 } path)
        {
            server.Listen(path);
            return $"nbd+unix:///?socket={path}";
        }

        if (arguments.Find(s_listen) is not { } text)
            throw new CommandException(Errno.EINVAL, "where to listen was not specified: --socket PATH or --listen [ADDRESS:]PORT");
        return $"nbd://{server.Listen(s_listen.Parse(text))}";
    }

    // Nobody proves who he is: without an address only this host is served.
    private static bool TryParseAddress(string text, [MaybeNullWhen(false)] out IPEndPoint address)
    {
        address = ushort.TryParse(text, out ushort port) ? new IPEndPoint(IPAddress.Loopback, port) : null;
        return address is not null || IPEndPoint.TryParse(text, out address);
    }
}
