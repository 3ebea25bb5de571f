using CurveRbd.Store;

namespace CurveRbd.Cli;

/// <summary>What a command reads from and writes to. Text leaves as the bytes it stands for, see <see cref="NativeText"/>.</summary>
internal sealed class Terminal(Stream input, Stream output, Stream error)
{
    private readonly Lock _errorLock = new();
    private readonly Stream _error = error;

    public Stream Input { get; } = input;

    /// <summary>For bulk data. Text of <see cref="Print"/> and bulk data must not be mixed in one command.</summary>
    public Stream Output { get; } = output;

    /// <exception cref="CommandException">The reader of stdout has gone, or its disk is full.</exception>
    public void Print(string text) => Write(NativeText.Encode(text));

    public void PrintLine(string line) => Print(line + "\n");

    /// <exception cref="CommandException">As <see cref="Print"/>.</exception>
    public void Write(ReadOnlySpan<byte> bytes)
    {
        try
        {
            Output.Write(bytes);
            Output.Flush();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ObjectDisposedException)
        {
            Errno errno = FileError.Of(e);
            throw new CommandException(errno, $"error writing to stdout: {ErrorText.Describe(errno)}", e);
        }
    }

    public void PrintError(string text)
    {
        byte[] bytes = NativeText.Encode(text);
        lock (_errorLock)
        {
            try
            {
                _error.Write(bytes);
                _error.Flush();
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException or ObjectDisposedException)
            {
                // There is nobody left to tell; the exit status still says it.
            }
        }
    }

    public void PrintErrorLine(string line) => PrintError(line + "\n");
}
