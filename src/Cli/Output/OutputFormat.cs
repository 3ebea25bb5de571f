namespace CurveRbd.Cli;

/// <summary>--format and --pretty-format of a command that can print for machines.</summary>
internal static class OutputFormat
{
    public static Option<string> Format { get; } = new("format", "output format (plain, json or xml; plain unless given)", TryParse);

    public static Switch Pretty { get; } = new("pretty-format", "indent json and xml");

    public static Option[] Options { get; } = [Format, Pretty];

    /// <returns>null for plain text.</returns>
    /// <exception cref="CommandException">EINVAL: --pretty-format with plain text.</exception>
    public static DocumentWriter? Choose(ParsedArguments arguments)
    {
        bool isPretty = arguments.Has(Pretty);
        switch (arguments.Get(Format, "plain"))
        {
            case "json":
                return new JsonDocumentWriter(isPretty);
            case "xml":
                return new XmlDocumentWriter(isPretty);
            default:
                if (isPretty)
                    throw new CommandException(Store.Errno.EINVAL, "--pretty-format only works when --format is json or xml");
                return null;
        }
    }

    private static bool TryParse(string text, out string format)
    {
        format = text;
        return text is "plain" or "json" or "xml";
    }
}
