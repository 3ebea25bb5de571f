using System.Numerics;
using CurveRbd.Rbd;
using CurveRbd.Store;

namespace CurveRbd.Cli.Rbd;

/// <summary>The options of commands that make an image: format, objects, features, striping, data pool.</summary>
internal static class NewImageOptions
{
    // What several clients must not do at once is what only one of them may own.
    private const ulong SingleClientFeatures =
        ImageFeatures.ExclusiveLock | ImageFeatures.ObjectMap | ImageFeatures.FastDiff | ImageFeatures.Journaling;

    private static readonly Option<ulong> s_format = new("image-format", "image format (2)", TryParseFormat);
    private static readonly Switch s_newFormat = new("new-format", "image format 2") { IsHidden = true };
    private static readonly Option<ulong> s_order = new("order", "log2 of the object size", TryParseOrder) { IsHidden = true };
    private static readonly Option<ulong> s_objectSize =
        new("object-size", "object size in B/K/M, from 4K to 32M", ByteSize.TryParseBytes);

    private static readonly Option<ulong> s_features =
        new("image-feature", "features, one or several joined by ','", TryParseFeatures) { IsRepeatable = true };

    private static readonly Switch s_shared = new("image-shared", "for several clients: no exclusive-lock and what needs it");
    private static readonly Option<ulong> s_stripeUnit = new("stripe-unit", "stripe unit in B/K/M", ByteSize.TryParseBytes);
    private static readonly Option<ulong> s_stripeCount = Number("stripe-count", "objects in a stripe");
    private static readonly Option<string> s_dataPool = SpecOptions.Text("data-pool", "pool for the data");
    private static readonly Option<ulong> s_mirrorMode = new("mirror-image-mode", "journal or snapshot", TryParseMirrorMode);
    private static readonly Option<ulong> s_journalSplay = Number("journal-splay-width", "active objects of the journal");
    private static readonly Option<ulong> s_journalObjectSize =
        new("journal-object-size", "size of the journal's objects, from 4K to 64M", ByteSize.TryParseBytes);

    private static readonly Option<string> s_journalPool = SpecOptions.Text("journal-pool", "pool for the journal");

    /// <summary>Of commands that make an image of another: the format is not theirs to choose.</summary>
    public static Option[] OfCopy { get; } =
    [
        s_order, s_objectSize, s_features, s_shared, s_stripeUnit, s_stripeCount, s_dataPool, s_mirrorMode, s_journalSplay,
        s_journalObjectSize, s_journalPool,
    ];

    public static Option[] All { get; } = [s_format, s_newFormat, .. OfCopy];

    public static Option<ulong> Number(string name, string help) => new(name, help, ulong.TryParse) { QuotesValue = true };

    /// <exception cref="CommandException">EINVAL: only one of stripe unit and count.</exception>
    public static ImageOptions Read(ParsedArguments arguments, Terminal terminal)
    {
        var options = new ImageOptions();
        ReadFormat(arguments, terminal, options);
        ReadObjectSize(arguments, terminal, options);
        ReadFeatures(arguments, options);
        ReadStriping(arguments, options);
        SetText(arguments, s_dataPool, options, ImageOption.DataPool);
        SetNumber(arguments, s_mirrorMode, options, ImageOption.MirrorImageMode, mode => mode);
        SetNumber(arguments, s_journalSplay, options, ImageOption.JournalSplayWidth, width => width);
        SetNumber(arguments, s_journalObjectSize, options, ImageOption.JournalOrder, OrderOf);
        SetText(arguments, s_journalPool, options, ImageOption.JournalPool);
        return options;
    }

    public static bool TryParseFeatures(string text, out ulong features)
    {
        features = 0;
        foreach (string name in text.Split(',', StringSplitOptions.RemoveEmptyEntries))
        {
            // Numbers are for the library's callers only.
            if (char.IsAsciiDigit(name[0]) || !ImageFeatures.TryParse(name, out ulong feature))
                return false;
            features |= feature;
        }

        return true;
    }

    private static void ReadFormat(ParsedArguments arguments, Terminal terminal, ImageOptions options)
    {
        if (arguments.Has(s_newFormat))
            options.Set(ImageOption.Format, 2);
        SetNumber(arguments, s_format, options, ImageOption.Format, format => format);
        if (arguments.Get(s_format, 2ul) == 1)
            terminal.PrintErrorLine("rbd: image format 1 is deprecated");
    }

    private static void ReadObjectSize(ParsedArguments arguments, Terminal terminal, ImageOptions options)
    {
        if (arguments.Has(s_order))
            terminal.PrintErrorLine("rbd: --order is deprecated, use --object-size");
        SetNumber(arguments, s_order, options, ImageOption.Order, order => order);
        SetNumber(arguments, s_objectSize, options, ImageOption.Order, OrderOf);
    }

    private static void ReadFeatures(ParsedArguments arguments, ImageOptions options)
    {
        ulong features = arguments.GetAll(s_features).Aggregate(0ul, (all, some) => all | some);
        bool isShared = arguments.Has(s_shared);
        if (arguments.Has(s_features))
            options.Set(ImageOption.Features, isShared ? features & ~SingleClientFeatures : features);
        else if (isShared)
            options.Set(ImageOption.FeaturesClear, SingleClientFeatures);
    }

    private static void ReadStriping(ParsedArguments arguments, ImageOptions options)
    {
        ulong unit = arguments.Get(s_stripeUnit, 0ul);
        ulong count = arguments.Get(s_stripeCount, 0ul);
        if ((unit == 0) != (count == 0))
            throw new CommandException(Errno.EINVAL, "must specify both (or neither) of stripe-unit and stripe-count");
        if (unit == 0)
            return;
        options.Set(ImageOption.StripeUnit, unit);
        options.Set(ImageOption.StripeCount, count);
    }

    private static void SetNumber(
        ParsedArguments arguments, Option<ulong> given, ImageOptions options, ImageOption option, Func<ulong, ulong> convert)
    {
        if (arguments.Has(given))
            options.Set(option, convert(arguments.Get(given, 0ul)));
    }

    private static void SetText(ParsedArguments arguments, Option<string> given, ImageOptions options, ImageOption option)
    {
        if (arguments.Find(given) is { } text)
            options.Set(option, NativeText.ToName(text));
    }

    /// <summary>log2 of the power of two that is not below the size.</summary>
    private static ulong OrderOf(ulong size) => size <= 1 ? 0 : (ulong)BitOperations.Log2(size - 1) + 1;

    private static bool TryParseFormat(string text, out ulong format) => ulong.TryParse(text, out format) && format is 1 or 2;

    private static bool TryParseOrder(string text, out ulong order) => ulong.TryParse(text, out order) && order is >= 12 and <= 25;

    private static bool TryParseMirrorMode(string text, out ulong mode)
    {
        mode = text == "snapshot" ? 1ul : 0;
        return text is "journal" or "snapshot";
    }
}
