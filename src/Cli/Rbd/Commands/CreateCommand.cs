using CurveRbd.Rados;
using CurveRbd.Rbd;
using CurveRbd.Store;

namespace CurveRbd.Cli.Rbd;

/// <summary><c>rbd create</c></summary>
internal sealed class CreateCommand : Command
{
    private static readonly Switch s_thick = new("thick-provision", "allocate all of the space and fill it with zeros");

    public override string Name => "create";

    public override string Summary => "Create an image that reads as zeros.";

    public override IReadOnlyList<Option> Options { get; } =
        [.. SpecOptions.OfImage, .. NewImageOptions.All, s_thick, SizeOption.Size, ProgressOptions.NoProgress];

    public override IReadOnlyList<Positional> Positionals { get; } = [SpecOptions.ImageWord];

    public override async Task RunAsync(CommandSession session)
    {
        ImagePath path = SpecOptions.ReadImage(session.Arguments, SpecRule.NewImage);
        ImageOptions options = NewImageOptions.Read(session.Arguments, session.Terminal);
        ulong size = SizeOption.Read(session.Arguments);
        IoContext io = await session.OpenPoolAsync(path).ConfigureAwait(false);
        await ImageDirectory.CreateAsync(io, NativeText.ToName(path.Image), size, options, session.Interrupted)
            .FailingAs("create error").ConfigureAwait(false);
        if (session.Arguments.Has(s_thick))
            await ProvisionAsync(session, io, path).FailingAs("create error").ConfigureAwait(false);
    }

    private static async Task ProvisionAsync(CommandSession session, IoContext io, ImagePath path)
    {
        Image image = await session.OpenImageAsync(io, path, readOnly: false).ConfigureAwait(false);
        await using (image.ConfigureAwait(false))
        {
            ProgressLine progress = session.StartProgress("Thick provisioning");
            await progress.RunAsync(() => ProvisionAsync(image, progress, session.Interrupted)).ConfigureAwait(false);
        }
    }

    private static async Task ProvisionAsync(Image image, ProgressLine progress, CancellationToken cancellationToken)
    {
        foreach (Chunk chunk in Chunk.Cut(0, image.Size))
        {
            cancellationToken.ThrowIfCancellationRequested();
            await image.WriteZeroesAsync(chunk.Offset, (ulong)chunk.Length, ZeroMode.Allocate).ConfigureAwait(false);
            progress.Update(chunk.End, image.Size);
        }

        await image.FlushAsync().ConfigureAwait(false);
    }
}
