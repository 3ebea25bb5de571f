namespace CurveRbd.Cli.Rbd;

/// <summary>--export-format of import and export: 1, the bytes of the image and nothing else.</summary>
internal static class ExportFormatOption
{
    public static readonly Option<ulong> Format = new("export-format", "format of the file (1)", TryParse);

    private static bool TryParse(string text, out ulong format) => ulong.TryParse(text, out format) && format == 1;
}
