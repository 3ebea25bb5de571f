using CurveRbd.Rbd;
using CurveRbd.Store;

namespace CurveRbd.Cli.Nbd;

/// <summary>An open image as NBD's clients see it.</summary>
/// <param name="name">What the handshake calls it.</param>
/// <param name="flags">What else than reading, writing, flushing and zeroing it can do.</param>
internal sealed class NbdExport(Image image, string name, NbdExportFlags flags)
{
    private const NbdExportFlags Always = NbdExportFlags.HasFlags | NbdExportFlags.SendFlush | NbdExportFlags.SendFua;

    public string Name => name;

    public NbdExportFlags Flags { get; } =
        Always | flags | (flags.HasFlag(NbdExportFlags.ReadOnly) ? NbdExportFlags.None : NbdExportFlags.SendWriteZeroes);

    /// <summary>In bytes, at this moment.</summary>
    public ulong Size => image.Size;

    /// <summary>
    /// A shrunk image makes the kernel's page cache write behind its end. Such requests succeed then, without effect, and reads give
    /// zeros, as with Ceph's rbd-nbd. For clients that know the size they are errors.
    /// </summary>
    public bool ToleratesRequestsBeyondTheEnd { get; init; }

    private bool IsReadOnly => Flags.HasFlag(NbdExportFlags.ReadOnly);

    /// <param name="data">What is to be written, or the place for what is read.</param>
    /// <returns><see cref="Errno.None"/>, or what the client is told.</returns>
    public async Task<Errno> ExecuteAsync(NbdRequest request, Memory<byte> data)
    {
        try
        {
            await RunAsync(request, data).ConfigureAwait(false);
            return Errno.None;
        }
        catch (StorageException e) when (e.Errno == Errno.EINVAL && ToleratesRequestsBeyondTheEnd && IsBeyondTheEnd(request))
        {
            data.Span.Clear();
            return Errno.None;
        }
        catch (StorageException e)
        {
            return e.Errno;
        }
        catch (OutOfMemoryException)
        {
            return Errno.ENOMEM;
        }
    }

    private Task RunAsync(NbdRequest request, Memory<byte> data)
    {
        switch (request.Command)
        {
            case NbdCommand.Read when request.Length <= NbdRequest.PayloadMax:
                return ReadAsync(request, data);
            case NbdCommand.Write or NbdCommand.Trim or NbdCommand.WriteZeroes when IsReadOnly:
                return Task.FromException(new StorageException(Errno.EPERM, $"{name} is exported read-only"));
            case NbdCommand.Write or NbdCommand.Trim or NbdCommand.WriteZeroes:
                return ChangeAsync(request, data);
            case NbdCommand.Flush:
                return image.FlushAsync().AsTask();
            case NbdCommand.Cache:
                return Task.CompletedTask;
            default:
                return Task.FromException(new StorageException(Errno.EINVAL, $"{name}: no such request, or too long"));
        }
    }

    private async Task ReadAsync(NbdRequest request, Memory<byte> data)
    {
        int count = await image.ReadAsync(request.Offset, data).ConfigureAwait(false);
        if (count < data.Length)
            EndAt(request, data[count..]);
    }

    private async Task ChangeAsync(NbdRequest request, Memory<byte> data)
    {
        ulong count = request.Command switch
        {
            NbdCommand.Write => (ulong)await image.WriteAsync(request.Offset, data).ConfigureAwait(false),
            NbdCommand.Trim => await image.DiscardAsync(request.Offset, request.Length).ConfigureAwait(false),
            _ => await image.WriteZeroesAsync(request.Offset, request.Length, request.IsNoHole ? ZeroMode.Allocate : ZeroMode.Unmap).ConfigureAwait(false),
        };
        if (request.IsFua)
            await image.FlushAsync().ConfigureAwait(false);
        if (count < request.Length)
            EndAt(request, default);
    }

    // The image has become shorter than the client knows it.
    private void EndAt(NbdRequest request, Memory<byte> beyond)
    {
        if (!ToleratesRequestsBeyondTheEnd)
            throw new StorageException(request.Command == NbdCommand.Read ? Errno.EINVAL : Errno.ENOSPC, $"{name}: the request leaves the image");
        beyond.Span.Clear();
    }

    private bool IsBeyondTheEnd(NbdRequest request)
    {
        ulong size = Size;
        return request.Offset > size || request.Length > size - request.Offset;
    }
}
