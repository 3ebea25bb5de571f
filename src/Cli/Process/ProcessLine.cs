namespace CurveRbd.Cli;

/// <summary>The command line of this process, name included, with every byte as it was given.</summary>
internal static class ProcessLine
{
    public static IReadOnlyList<string> Read()
    {
        try
        {
            byte[] line = File.ReadAllBytes("/proc/self/cmdline");
            var words = new List<string>();
            for (int start = 0; start < line.Length;)
            {
                int length = line.AsSpan(start).IndexOf((byte)0);
                if (length < 0)
                    length = line.Length - start;
                words.Add(NativeText.Decode(line.AsSpan(start, length)));
                start += length + 1;
            }

            return words;
        }
        catch (IOException)
        {
            // Without /proc the runtime's text has to do; it loses bytes that are not UTF-8.
            return Environment.GetCommandLineArgs();
        }
    }
}
