using System.Runtime.InteropServices;

namespace CurveRbd.Cli;

/// <summary>
/// One of the process's standard streams, by read(2) and write(2). Console's streams hide that a pipe has lost its reader, and an export
/// would run on for hours; a FileStream keeps a place of its own, and whoever writes to the same file next would overwrite it.
/// </summary>
internal sealed class StandardStream(int fileDescriptor) : Stream
{
    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override void Flush()
    {
    }

    public override int Read(Span<byte> buffer)
    {
        if (buffer.IsEmpty)
            return 0;
        while (true)
        {
            nint count = Libc.Read(fileDescriptor, ref MemoryMarshal.GetReference(buffer), buffer.Length);
            if (count >= 0)
                return (int)count;
            RetryOrThrow("read", Libc.PollIn);
        }
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
        new(Task.Run(() => Read(buffer.Span), cancellationToken));

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        while (!buffer.IsEmpty)
        {
            nint count = Libc.Write(fileDescriptor, in MemoryMarshal.GetReference(buffer), buffer.Length);
            if (count >= 0)
                buffer = buffer[(int)count..];
            else
                RetryOrThrow("write", Libc.PollOut);
        }
    }

    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    // A terminal may have been left non-blocking by whoever shares it.
    private void RetryOrThrow(string what, short events)
    {
        int errno = Marshal.GetLastPInvokeError();
        if (errno == Libc.EAGAIN)
        {
            var descriptor = new Libc.PollDescriptor { FileDescriptor = fileDescriptor, Events = events };
            _ = Libc.Poll(ref descriptor, 1, Timeout.Infinite);
        }
        else if (errno != Libc.EINTR)
        {
            throw new IOException($"{what} on descriptor {fileDescriptor}: {Marshal.GetPInvokeErrorMessage(errno)}", errno);
        }
    }
}
