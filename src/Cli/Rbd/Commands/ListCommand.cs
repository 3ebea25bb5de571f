using CurveRbd.Rados;
using CurveRbd.Rbd;

namespace CurveRbd.Cli.Rbd;

/// <summary><c>rbd list</c></summary>
internal sealed class ListCommand : Command
{
    private static readonly Switch s_long = new("long", 'l', "also sizes, parents, locks and snapshots");

    public override string Name => "list";

    public override string Alias => "ls";

    public override string Summary => "List the images of a pool.";

    public override IReadOnlyList<Option> Options { get; } = [s_long, .. SpecOptions.OfPool, .. OutputFormat.Options];

    public override IReadOnlyList<Positional> Positionals { get; } = [SpecOptions.PoolWord];

    public override async Task RunAsync(CommandSession session)
    {
        ImagePath pool = SpecOptions.ReadPool(session.Arguments);
        DocumentWriter? document = OutputFormat.Choose(session.Arguments);
        IoContext io = await session.OpenPoolAsync(pool).ConfigureAwait(false);
        IReadOnlyList<ImageSpec> images = await ImageDirectory.ListAsync(io, session.Interrupted)
            .FailingAs("listing images failed").ConfigureAwait(false);
        if (session.Arguments.Has(s_long))
            await PrintLongAsync(session, io, images, document).ConfigureAwait(false);
        else
            Print(session.Terminal, images, document);
    }

    private static void Print(Terminal terminal, IReadOnlyList<ImageSpec> images, DocumentWriter? document)
    {
        if (document is null)
        {
            terminal.Print(string.Concat(images.Select(image => NativeText.FromName(image.Name) + "\n")));
            return;
        }

        document.OpenArray("images");
        foreach (ImageSpec image in images)
            document.String("name", NativeText.FromName(image.Name));
        document.Close();
        terminal.Print(document.ToString());
    }

    private static async Task PrintLongAsync(
        CommandSession session, IoContext io, IReadOnlyList<ImageSpec> images, DocumentWriter? document)
    {
        var listing = new ImageListing();
        await foreach (Image image in ImageWalk.OpenEachAsync(io, images, session.Interrupted).ConfigureAwait(false))
        {
            await listing.AddAsync(image, session.Interrupted)
                .FailingAs($"error processing image {NativeText.FromName(image.Name)}").ConfigureAwait(false);
        }

        session.Terminal.Print(document is null ? listing.ToText() : listing.ToDocument(document));
    }
}
