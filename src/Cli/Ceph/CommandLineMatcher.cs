namespace CurveRbd.Cli.Ceph;

/// <summary>Finds the command that a line means among those a cluster knows, and says what is wrong when there is none.</summary>
internal sealed class CommandLineMatcher(IReadOnlyList<CommandSignature> commands, Terminal terminal)
{
    private const int ProposalsMax = 10;

    /// <returns>null when the line fits no command; the reason and the nearest commands have then been printed.</returns>
    public MonRequest? Match(IReadOnlyList<string> line)
    {
        IReadOnlyList<CommandSignature> nearest = FindNearest(line);
        CommandSignature[] meant = [.. nearest
            .Where(command => command.CountMatching(line) == command.Words.Count)
            .OrderBy(command => command.Parameters.Count(parameter => parameter.IsRequired))];
        for (int i = 0; i < meant.Length; i++)
        {
            try
            {
                var arguments = new ArgumentBinder(meant[i], line.Skip(meant[i].Words.Count)).Bind();
                return new MonRequest(meant[i], arguments);
            }
            catch (SignatureMismatchException e) when (i == meant.Length - 1)
            {
                Print(meant[i], e);
                return null;
            }
            catch (SignatureMismatchException)
            {
                // A namesake with other parameters may fit.
            }
        }

        PrintProposals(nearest);
        return null;
    }

    private IReadOnlyList<CommandSignature> FindNearest(IReadOnlyList<string> line)
    {
        int whole = commands.Where(command => command.CountMatching(line) == command.Words.Count)
            .Select(command => command.Words.Count).DefaultIfEmpty(0).Max();
        if (whole > 0)
            return [.. commands.Where(command => command.Words.Count == whole && command.CountMatching(line) == whole)];
        int most = commands.Select(command => command.CountMatching(line)).DefaultIfEmpty(0).Max();
        return [.. commands.Where(command => command.CountMatching(line) == most)];
    }

    private void Print(CommandSignature command, SignatureMismatchException mismatch)
    {
        if (mismatch.Remark is { } remark)
            terminal.PrintErrorLine(remark);
        terminal.PrintErrorLine($"Invalid command: {mismatch.Message}");
        terminal.PrintErrorLine($"{command} :  {command.Help}");
    }

    private void PrintProposals(IReadOnlyList<CommandSignature> nearest)
    {
        CommandSignature[] proposals = [.. nearest.Where(command => command.IsShown).Take(ProposalsMax)];
        terminal.PrintErrorLine($"no valid command found; {proposals.Length} closest matches:");
        foreach (CommandSignature proposal in proposals)
            terminal.PrintErrorLine(proposal.ToString());
    }
}
