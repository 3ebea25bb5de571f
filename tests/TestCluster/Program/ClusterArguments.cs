using System.Globalization;

namespace CurveRbd.TestCluster;

/// <summary>The command line.</summary>
internal sealed record ClusterArguments(string Directory, ClusterOptions Options, bool EndsWithInput)
{
    private const string Usage =
        """
        usage: CurveRbd.TestCluster DIR [--release 1.2.4|...|2.8] [--lease SECONDS] [--until-eof]

        Runs a CurveBS test cluster and an etcd that keep their data in DIR until SIGTERM, SIGINT or, with --until-eof, the end of the
        input. DIR/curverbd.conf and DIR/curverbd-nebd.conf lead to it, DIR/control takes orders (see 'help' there).
        """;

    /// <exception cref="FormatException">With what to tell the user.</exception>
    public static ClusterArguments Parse(string[] words)
    {
        string? directory = null;
        var options = new ClusterOptions();
        bool endsWithInput = false;
        for (int i = 0; i < words.Length; i++)
        {
            switch (words[i])
            {
                case "--release" when i + 1 < words.Length:
                    string name = words[++i];
                    options = options with { Release = Release.All.FirstOrDefault(release => release.Name == name) ?? throw new FormatException($"there is no release {name}") };
                    break;
                case "--lease" when i + 1 < words.Length:
                    options = options with { Lease = TimeSpan.FromSeconds(double.Parse(words[++i], CultureInfo.InvariantCulture)) };
                    break;
                case "--until-eof":
                    endsWithInput = true;
                    break;
                case var word when directory is null && !word.StartsWith('-'):
                    directory = Path.GetFullPath(word);
                    break;
                default:
                    throw new FormatException(Usage);
            }
        }

        return directory is null ? throw new FormatException(Usage) : new ClusterArguments(directory, options with { Directory = directory }, endsWithInput);
    }
}
