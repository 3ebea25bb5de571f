using CurveRbd.Rbd;

namespace CurveRbd.Cli.Rbd;

/// <summary><c>rbd watch</c></summary>
internal sealed class WatchCommand : Command
{
    public override string Name => "watch";

    public override string Summary => "Print a line for every change of an image's settings, until enter is pressed.";

    public override IReadOnlyList<Option> Options => SpecOptions.OfImage;

    public override IReadOnlyList<Positional> Positionals { get; } = [SpecOptions.ImageWord];

    public override async Task RunAsync(CommandSession session)
    {
        ImagePath path = SpecOptions.ReadImage(session.Arguments);
        Image image = await session.OpenImageAsync(path, readOnly: false).ConfigureAwait(false);
        await using (image.ConfigureAwait(false))
        {
            ulong cookie = await FindCookieAsync(image, session.Interrupted).ConfigureAwait(false);
            ulong count = 0;
            using IDisposable watch = image.WatchUpdates(() => Announce(session.Terminal, path, ++count, cookie));
            session.Terminal.PrintLine("press enter to exit...");
            await WaitForEnterAsync(session).ConfigureAwait(false);
        }
    }

    private static async Task<ulong> FindCookieAsync(Image image, CancellationToken cancellationToken)
    {
        IReadOnlyList<ImageWatcher> watchers = await image.ListWatchersAsync(cancellationToken).FailingAs("watching image failed").ConfigureAwait(false);
        return watchers.LastOrDefault(watcher => (ulong)watcher.ClientId == image.IoContext.Cluster.InstanceId).Cookie;
    }

    // Ceph's line of a changed header. Nobody is told who changed it: its id is 0.
    private static void Announce(Terminal terminal, ImagePath path, ulong id, ulong cookie)
    {
        try
        {
            terminal.PrintLine($"{path.Image} received notification: notify_id={id}, cookie={cookie}, notifier_id=0, bl.length=10, notify_op=HeaderUpdate");
        }
        catch (CommandException)
        {
            // Nobody reads any more; the command itself still ends when its input does.
        }
    }

    private static async Task WaitForEnterAsync(CommandSession session)
    {
        var one = new byte[1];
        while (await session.Terminal.Input.ReadAsync(one, session.Interrupted).AsTask()
                   .WaitAsync(session.Interrupted).ConfigureAwait(false) == 1)
        {
            if (one[0] == '\n')
                return;
        }
    }
}
