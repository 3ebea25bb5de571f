using System.Text;

namespace CurveRbd.Cli.Ceph;

/// <summary>Help of the <c>ceph</c> command: its options, and the commands that the cluster knows.</summary>
internal static class CephHelp
{
    private const string Usage = """
        usage: ceph [options] <command> ...

        Administer the cluster.

        options:
          -h, --help                 this help; with words of a command, only such commands
          -c, --conf FILE            configuration file of the cluster
          --cluster NAME             name of the cluster
          --id ID, -n, --name NAME   who connects
          -f, --format FORMAT        plain, json, json-pretty, xml, xml-pretty or yaml
          -i, --in-file FILE         input of the command, '-' for stdin
          -o, --out-file FILE        where its output goes, '-' for stdout
          --connect-timeout SECONDS  how long to try to reach the cluster
          -s, --status               the command "status"
          -v, --version              print the version

        commands:

        """;

    /// <param name="words">Only commands that start so; empty for all.</param>
    public static string Of(IReadOnlyList<CommandSignature> commands, IReadOnlyList<string> words)
    {
        var text = new StringBuilder(words.Count == 0 ? Usage : "");
        foreach (CommandSignature command in commands.Where(command => command.IsShown && StartsWith(command, words)))
            text.Append(command).Append("\n    ").Append(command.Help).Append('\n');
        return text.ToString();
    }

    private static bool StartsWith(CommandSignature command, IReadOnlyList<string> words) =>
        command.CountMatching(words) == Math.Min(words.Count, command.Words.Count);
}
