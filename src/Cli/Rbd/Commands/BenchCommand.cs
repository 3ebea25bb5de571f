using System.Diagnostics.CodeAnalysis;
using CurveRbd.Rbd;
using CurveRbd.Store;

namespace CurveRbd.Cli.Rbd;

/// <summary><c>rbd bench</c></summary>
internal sealed class BenchCommand : Command
{
    private const ulong IoSizeMax = 1ul << 30;
    private const int LanesMax = 4096;

    private static readonly Option<ulong> s_ioSize = new("io-size", "bytes of a request in B/K/M/G (4K unless given)", ByteSize.TryParseBytes);
    private static readonly Option<ulong> s_ioThreads = NewImageOptions.Number("io-threads", "requests in flight (16 unless given)");
    private static readonly Option<ulong> s_ioTotal = new("io-total", "bytes of all requests (1G unless given)", ByteSize.TryParseBytes);
    private static readonly Option<string> s_ioPattern = OneOf("io-pattern", "rand, seq or full-seq (seq unless given)", "rand", "seq", "full-seq");
    private static readonly Option<ulong> s_readShare = NewImageOptions.Number("rw-mix-read", "percent of reads in readwrite (50 unless given)");
    private static readonly Option<string> s_ioType = OneOf("io-type", "read, write or readwrite (rw)", "read", "write", "readwrite", "rw");

    public override string Name => "bench";

    public override string Summary => "Measure how fast an image is read or written.";

    public override IReadOnlyList<Option> Options { get; } =
        [.. SpecOptions.OfImage, s_ioSize, s_ioThreads, s_ioTotal, s_ioPattern, s_readShare, s_ioType];

    public override IReadOnlyList<Positional> Positionals { get; } = [SpecOptions.ImageWord];

    public override async Task RunAsync(CommandSession session)
    {
        ImagePath path = SpecOptions.ReadImage(session.Arguments);
        BenchPlan plan = ReadPlan(session.Arguments);
        Image image = await session.OpenImageAsync(path, readOnly: plan.ReadShare == 100).ConfigureAwait(false);
        await using (image.ConfigureAwait(false))
            await RunAsync(session, image, plan).ConfigureAwait(false);
    }

    private static async Task RunAsync(CommandSession session, Image image, BenchPlan plan)
    {
        if (image.Size < plan.IoSize)
            throw new CommandException(Errno.EINVAL, "--io-size is larger than the image");
        await new ImageBench(image, plan, session.Terminal).RunAsync(session.Interrupted)
            .FailingAs("bench failed").ConfigureAwait(false);
    }

    private static BenchPlan ReadPlan(ParsedArguments arguments)
    {
        string type = arguments.Find(s_ioType) ?? throw Wrong("--io-type must be specified.");
        ulong size = arguments.Get(s_ioSize, 4096ul);
        ulong lanes = arguments.Get(s_ioThreads, 16ul);
        ulong readShare = arguments.Get(s_readShare, 50ul);
        if (size == 0)
            throw Wrong("--io-size should be greater than zero.");
        if (size > IoSizeMax)
            throw Wrong("--io-size should not be larger than 1G.");
        if (lanes == 0)
            throw Wrong("--io-threads should be greater than zero.");
        if (lanes > LanesMax)
            throw Wrong($"--io-threads should not be larger than {LanesMax}.");
        if (readShare > 100)
            throw Wrong("--rw-mix-read should not be larger than 100.");
        return new BenchPlan(
            type == "rw" ? "readwrite" : type,
            size,
            (int)lanes,
            arguments.Get(s_ioTotal, 1ul << 30),
            arguments.Get(s_ioPattern, "seq"),
            type switch { "read" => 100, "write" => 0, _ => (int)readShare });
    }

    private static CommandException Wrong(string message) => new(Errno.EINVAL, message);

    private static Option<string> OneOf(string name, string help, params string[] values) => new(name, help, (string text, [MaybeNullWhen(false)] out string value) =>
    {
        value = text;
        return values.Contains(text, StringComparer.Ordinal);
    });
}
