namespace CurveRbd.Rados;

/// <summary>The spellings of an option's name: "mon host" is mon_host.</summary>
internal static class OptionName
{
    public static string Normalize(string spelled) =>
        string.Join('_', spelled.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
}
