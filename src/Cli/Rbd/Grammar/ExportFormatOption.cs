namespace CurveRbd.Cli.Rbd;

/// <summary>--export-format of import and export: 1, the bytes of the image and nothing else; 2, with snapshots and metadata.</summary>
internal static class ExportFormatOption
{
    public static readonly Option<ulong> Format = new("export-format", "format of the file (1 or 2)", TryParse);

    public static bool IsWhole(ParsedArguments arguments) => arguments.Get(Format, 1ul) == 2;

    private static bool TryParse(string text, out ulong format) => ulong.TryParse(text, out format) && format is 1 or 2;
}
