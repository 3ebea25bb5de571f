using CurveRbd.Rbd;
using CurveRbd.Store;

namespace CurveRbd.Cli;

/// <summary>Work on streams whose failures are told as Ceph's commands tell them.</summary>
/// <param name="broken">The error number of a stream that ends too early or contradicts itself: not the same for all commands.</param>
internal sealed class StreamWork(Terminal terminal, Errno broken = Errno.EBADMSG)
{
    /// <exception cref="StorageException">What is wrong with a stream has been printed.</exception>
    public async Task RunAsync(Func<Task> work)
    {
        try
        {
            await work().ConfigureAwait(false);
        }
        catch (ImageStreamException e)
        {
            terminal.PrintErrorLine(e.IsMalformed ? $"rbd: {e.Summary}" : e.Summary);
            throw new StorageException(e.Errno == Errno.EBADMSG ? broken : e.Errno, e.Message, e);
        }
        catch (IOException e)
        {
            throw new StorageException(FileError.Of(e), e.Message, e);
        }
    }
}
