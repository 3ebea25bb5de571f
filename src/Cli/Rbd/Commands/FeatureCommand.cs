using CurveRbd.Rbd;
using CurveRbd.Store;

namespace CurveRbd.Cli.Rbd;

/// <summary><c>rbd feature enable</c> and <c>rbd feature disable</c></summary>
internal sealed class FeatureCommand(bool enable) : Command
{
    public override string Name => enable ? "feature enable" : "feature disable";

    public override string Summary => enable ? "Switch features of an image on." : "Switch features of an image off.";

    public override IReadOnlyList<Option> Options => SpecOptions.OfImage;

    public override IReadOnlyList<Positional> Positionals { get; } =
    [
        SpecOptions.ImageWord,
        new("features", "features, one or several", IsRepeatable: true, Accepts: text => NewImageOptions.TryParseFeatures(text, out _)),
    ];

    public override async Task RunAsync(CommandSession session)
    {
        ImagePath path = SpecOptions.ReadImage(session.Arguments);
        ulong features = ReadFeatures(session.Arguments);
        Image image = await session.OpenImageAsync(path, readOnly: false).ConfigureAwait(false);
        await using (image.ConfigureAwait(false))
        {
            await image.UpdateFeaturesAsync(features, enable, session.Interrupted)
                .FailingAs("failed to update image features").ConfigureAwait(false);
        }
    }

    private static ulong ReadFeatures(ParsedArguments arguments)
    {
        ulong features = 0;
        foreach (string word in arguments.RemainingWords())
        {
            if (NewImageOptions.TryParseFeatures(word, out ulong some))
                features |= some;
        }

        return features != 0
            ? features
            : throw new CommandException(Errno.EINVAL, "at least one feature name must be specified");
    }
}
