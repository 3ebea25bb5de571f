using CurveRbd.Rbd;
using CurveRbd.Store;

namespace CurveRbd.Cli.Rbd;

/// <summary><c>rbd children</c></summary>
internal sealed class ChildrenCommand : Command
{
    private static readonly Switch s_all = new("all", 'a', "also those in the trash");
    private static readonly Switch s_descendants = new("descendants", "also clones of clones");

    public override string Name => "children";

    public override string Summary => "List the clones of an image or of one of its snapshots.";

    public override IReadOnlyList<Option> Options { get; } =
        [.. SpecOptions.OfImageOrSnapshot, SnapshotIdOption.Id, s_all, s_descendants, .. OutputFormat.Options];

    public override IReadOnlyList<Positional> Positionals { get; } = [SpecOptions.ImageOrSnapshotWord];

    public override async Task RunAsync(CommandSession session)
    {
        ImagePath path = SpecOptions.ReadImageOrSnapshot(session.Arguments);
        ulong? id = SnapshotIdOption.Read(session.Arguments, path);
        DocumentWriter? document = OutputFormat.Choose(session.Arguments);
        await session.UseImageAsync(path.WithoutSnapshot, readOnly: true, async image =>
        {
            await SetSnapshotAsync(image, path.Snapshot, id, session.Interrupted).ConfigureAwait(false);
            IReadOnlyList<ImageChild> children = await ListAsync(session, image).FailingAs("listing children failed").ConfigureAwait(false);
            var listing = new ChildListing(children, session.Arguments.Has(s_all));
            session.Terminal.Print(document is null ? listing.ToText() : listing.ToDocument(document));
        }).ConfigureAwait(false);
    }

    private static async Task SetSnapshotAsync(Image image, string name, ulong? id, CancellationToken cancellationToken)
    {
        try
        {
            if (id is not null)
                await image.SetSnapshotAsync(id, cancellationToken).ConfigureAwait(false);
            else if (name.Length > 0)
                await image.SetSnapshotAsync(NativeText.ToName(name), cancellationToken).ConfigureAwait(false);
        }
        catch (StorageException e) when (e.Errno == Errno.ENOENT)
        {
            throw new CommandException(e.Errno, "snapshot does not exist.", e);
        }
        catch (StorageException e)
        {
            throw new CommandException("error setting snapshot", e);
        }
    }

    private static Task<IReadOnlyList<ImageChild>> ListAsync(CommandSession session, Image image) => session.Arguments.Has(s_descendants)
        ? image.ListDescendantsAsync(session.Interrupted)
        : image.ListChildrenAsync(session.Interrupted);
}
