namespace CurveRbd.Cli;

/// <summary>The line on stderr that counts to 100 %, rewritten in place only when its number changes.</summary>
internal sealed class ProgressLine(Terminal terminal, string label, bool isSilent)
{
    private readonly Lock _lock = new();
    private int _percent;
    private bool _isOver;

    /// <summary>Runs the work and ends the line as the work ended.</summary>
    public async Task RunAsync(Func<Task> work)
    {
        try
        {
            await work().ConfigureAwait(false);
            Finish();
        }
        catch
        {
            Fail();
            throw;
        }
    }

    /// <summary><see cref="Update"/> in the shape of the library's callback: never asks it to stop.</summary>
    public int Report(ulong done, ulong total)
    {
        Update(done, total);
        return 0;
    }

    public void Update(ulong done, ulong total)
    {
        if (isSilent || total == 0)
            return;

        int percent = (int)(Math.Min(done, total) / (double)total * 100);
        lock (_lock)
        {
            if (percent <= _percent || _isOver)
                return;
            _percent = percent;
            terminal.PrintError($"\r{label}: {percent}% complete...");
        }
    }

    /// <summary>Ends the line as failed although the work goes on to its end.</summary>
    public void Fail() => End($"\r{label}: {_percent}% complete...failed.\n");

    private void Finish() => End($"\r{label}: 100% complete...done.\n");

    private void End(string line)
    {
        lock (_lock)
        {
            if (isSilent || _isOver)
                return;
            _isOver = true;
            terminal.PrintError(line);
        }
    }
}
