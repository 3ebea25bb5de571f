namespace CurveRbd.Cli.Tests;

/// <summary>A pipe whose other end broke: reads fail with EIO, writes with EPIPE or what the test wants.</summary>
internal sealed class BrokenStream(int writeErrno = BrokenStream.EPIPE) : Stream
{
    public const int EBADF = 9;
    private const int EIO = 5;
    private const int EPIPE = 32;

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

    public override int Read(byte[] buffer, int offset, int count) => throw new IOException("broken", EIO);

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new IOException("broken", writeErrno);
}
