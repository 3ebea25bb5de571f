namespace CurveRbd.Cli.Rbd;

/// <summary>-o of the <c>rbd device</c> commands: options of the device type, parted by commas.</summary>
internal static class DeviceOptionList
{
    private const string Force = "force";

    public static readonly Option<string> Option = new("options", 'o', "options of the device, parted by commas", TryParse) { IsRepeatable = true };

    /// <summary>As <c>rbd-nbd</c> would take them.</summary>
    public static IEnumerable<string> ToWords(ParsedArguments arguments) => Split(arguments).Where(option => option != Force).Select(option => $"--{option}");

    /// <summary>Whether a device is to be taken away even if it is in use.</summary>
    public static bool IsForced(ParsedArguments arguments) => Split(arguments).Contains(Force);

    private static IEnumerable<string> Split(ParsedArguments arguments) =>
        arguments.GetAll(Option).SelectMany(list => list.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries));

    private static bool TryParse(string text, out string list)
    {
        list = text;
        return true;
    }
}
