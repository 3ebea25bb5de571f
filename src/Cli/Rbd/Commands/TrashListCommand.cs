using CurveRbd.Rados;
using CurveRbd.Rbd;
using CurveRbd.Store;

namespace CurveRbd.Cli.Rbd;

/// <summary><c>rbd trash list</c></summary>
internal sealed class TrashListCommand : Command
{
    private static readonly Switch s_all = new("all", 'a', "also what was not put there by a user");
    private static readonly Switch s_long = new("long", 'l', "also times and parents");

    public override string Name => "trash list";

    public override string Alias => "trash ls";

    public override string Summary => "List the images in the trash.";

    public override IReadOnlyList<Option> Options { get; } = [.. SpecOptions.OfPool, s_all, s_long, .. OutputFormat.Options];

    public override IReadOnlyList<Positional> Positionals { get; } = [SpecOptions.PoolWord];

    public override async Task RunAsync(CommandSession session)
    {
        ImagePath pool = SpecOptions.ReadPool(session.Arguments);
        DocumentWriter? document = OutputFormat.Choose(session.Arguments);
        IoContext io = await session.OpenPoolAsync(pool).ConfigureAwait(false);
        TrashListing listing = await ListAsync(session, io).FailingAs("trash list").ConfigureAwait(false);
        session.Terminal.Print(document is null ? listing.ToText() : listing.ToDocument(document));
    }

    private static async Task<TrashListing> ListAsync(CommandSession session, IoContext io)
    {
        IReadOnlyList<TrashEntry> entries = await ImageTrash.ListAsync(io, session.Interrupted).ConfigureAwait(false);
        if (!session.Arguments.Has(s_all))
            entries = [.. entries.Where(entry => entry.Source is TrashSource.User or TrashSource.UserParent)];
        return session.Arguments.Has(s_long)
            ? await ReadLongAsync(session, io, entries).ConfigureAwait(false)
            : TrashListing.Short(entries);
    }

    private static async Task<TrashListing> ReadLongAsync(CommandSession session, IoContext io, IReadOnlyList<TrashEntry> entries)
    {
        var rows = new List<(TrashEntry Entry, ImageParent? Parent)>();
        foreach (TrashEntry entry in entries)
        {
            try
            {
                rows.Add((entry, await ReadParentAsync(io, entry.Id, session.Interrupted).ConfigureAwait(false)));
            }
            catch (StorageException e) when (e.Errno == Errno.ENOENT)
            {
                // Removed since it was listed.
            }
        }

        return TrashListing.Long(rows, DateTimeOffset.UtcNow);
    }

    private static async Task<ImageParent?> ReadParentAsync(IoContext io, string id, CancellationToken cancellationToken)
    {
        Image image = await Image.OpenByIdAsync(io, id, null, true, cancellationToken).ConfigureAwait(false);
        await using (image.ConfigureAwait(false))
            return await image.GetParentAsync(cancellationToken).ConfigureAwait(false);
    }
}
