using CurveRbd.Rados;
using CurveRbd.Rbd;
using CurveRbd.Store;

namespace CurveRbd.Cli.Rbd;

/// <summary><c>rbd disk-usage</c></summary>
internal sealed class DiskUsageCommand : Command
{
    private static readonly Switch s_exact = new("exact", "count bytes, not whole objects");
    private static readonly Switch s_merge = new("merge-snapshots", "count snapshots with their image");

    public override string Name => "disk-usage";

    public override string Alias => "du";

    public override string Summary => "Show the space that images and their snapshots occupy.";

    public override IReadOnlyList<Option> Options { get; } =
        [.. SpecOptions.OfImageOrSnapshot, .. OutputFormat.Options, DiffOptions.FromSnapshot, s_exact, s_merge];

    public override IReadOnlyList<Positional> Positionals { get; } = [SpecOptions.ImageOrSnapshotWord];

    public override async Task RunAsync(CommandSession session)
    {
        ImagePath path = session.Arguments.Has(DiffOptions.FromSnapshot)
            ? SpecOptions.ReadImageOrSnapshot(session.Arguments)
            : SpecOptions.TryReadImageOrSnapshot(session.Arguments);
        DocumentWriter? document = OutputFormat.Choose(session.Arguments);
        bool isPool = path.Image.Length == 0;
        var listing = new UsageListing(isPool, session.Arguments.Has(s_merge));
        try
        {
            if (isPool)
                await MeasurePoolAsync(session, path, listing).ConfigureAwait(false);
            else
                await MeasureImageAsync(session, path, listing).ConfigureAwait(false);
        }
        catch (StorageException e)
        {
            throw new CommandException("du failed", e);
        }

        session.Terminal.Print(document is null ? listing.ToText() : listing.ToDocument(document));
    }

    private static async Task MeasureImageAsync(CommandSession session, ImagePath path, UsageListing listing)
    {
        IoContext io = await session.OpenPoolAsync(path).ConfigureAwait(false);
        Image image = await OpenAsync(session, io, path).ConfigureAwait(false);
        await using (image.ConfigureAwait(false))
        {
            if (path.Snapshot.Length > 0)
                await NamingWhatIsMissingAsync(
                    session, "specified snapshot", image.SetSnapshotAsync(NativeText.ToName(path.Snapshot), session.Interrupted)).ConfigureAwait(false);
            await MeasureAsync(session, image, listing).ConfigureAwait(false);
        }
    }

    private static async Task<Image> OpenAsync(CommandSession session, IoContext io, ImagePath path)
    {
        Task<Image> opening = Image.OpenAsync(io, NativeText.ToName(path.Image), null, readOnly: true, session.Interrupted);
        await NamingWhatIsMissingAsync(session, $"specified image {path.Image}", opening).ConfigureAwait(false);
        return await opening.ConfigureAwait(false);
    }

    private static async Task MeasurePoolAsync(CommandSession session, ImagePath pool, UsageListing listing)
    {
        IoContext io = await session.OpenPoolAsync(pool).ConfigureAwait(false);
        IReadOnlyList<ImageSpec> images = await ImageDirectory.ListAsync(io, session.Interrupted).ConfigureAwait(false);
        await foreach (Image image in ImageWalk.OpenEachAsync(io, images, session.Interrupted).ConfigureAwait(false))
            await MeasureAsync(session, image, listing).ConfigureAwait(false);
    }

    private static async Task MeasureAsync(CommandSession session, Image image, UsageListing listing)
    {
        string name = NativeText.FromName(image.Name);
        if ((image.Features & ImageFeatures.FastDiff) == 0)
            session.Terminal.PrintErrorLine($"warning: fast-diff map is not enabled for {name}. operation may be slow.");
        ByteName? from = DiffOptions.FindFromSnapshot(session.Arguments);
        Task<IReadOnlyList<ImageUsage>> measuring =
            DiskUsage.MeasureAsync(image, from, session.Arguments.Has(s_exact), session.Interrupted);
        await NamingWhatIsMissingAsync(session, "specified snapshot", measuring).ConfigureAwait(false);
        listing.Add(name, image.Id, await measuring.ConfigureAwait(false));
    }

    private static async Task NamingWhatIsMissingAsync(CommandSession session, string what, Task work)
    {
        try
        {
            await work.ConfigureAwait(false);
        }
        catch (StorageException e) when (e.Errno == Errno.ENOENT)
        {
            session.Terminal.PrintErrorLine($"{what} is not found.");
            throw;
        }
    }
}
