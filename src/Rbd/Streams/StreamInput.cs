using System.Buffers.Binary;
using CurveRbd.Store;

namespace CurveRbd.Rbd;

/// <summary>Reads a stream in pieces of known length. Integers are little endian.</summary>
internal sealed class StreamInput(Stream stream, CancellationToken cancellationToken)
{
    private const int SkipMax = 64 * 1024;

    private readonly byte[] _number = new byte[sizeof(ulong)];

    /// <summary>Bytes read so far.</summary>
    public ulong Position { get; private set; }

    /// <summary>Fills <paramref name="buffer"/>. After a cancellation it may still be written to: a read of a pipe can't be called off.</summary>
    /// <param name="what">What the bytes are, for messages.</param>
    /// <exception cref="ImageStreamException">EBADMSG: the stream ends before.</exception>
    public async ValueTask ReadAsync(Memory<byte> buffer, string what)
    {
        int count = await stream.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, cancellationToken).AsTask()
            .WaitAsync(cancellationToken).ConfigureAwait(false);
        Position += (ulong)count;
        if (count < buffer.Length)
            throw Truncated(what);
    }

    public async ValueTask<byte[]> ReadBytesAsync(int count, string what)
    {
        var bytes = new byte[count];
        await ReadAsync(bytes, what).ConfigureAwait(false);
        return bytes;
    }

    public async ValueTask<byte> ReadByteAsync(string what)
    {
        await ReadAsync(_number.AsMemory(0, 1), what).ConfigureAwait(false);
        return _number[0];
    }

    public async ValueTask<uint> ReadUInt32Async(string what)
    {
        await ReadAsync(_number.AsMemory(0, sizeof(uint)), what).ConfigureAwait(false);
        return BinaryPrimitives.ReadUInt32LittleEndian(_number);
    }

    public async ValueTask<ulong> ReadUInt64Async(string what)
    {
        await ReadAsync(_number, what).ConfigureAwait(false);
        return BinaryPrimitives.ReadUInt64LittleEndian(_number);
    }

    /// <summary>A text and its 4-byte length.</summary>
    /// <param name="lengthMax">In bytes: a length above it is garbage and not worth reading.</param>
    /// <exception cref="ImageStreamException">EINVAL also: longer.</exception>
    public async ValueTask<ByteName> ReadNameAsync(uint lengthMax, string what)
    {
        uint length = await ReadUInt32Async(what).ConfigureAwait(false);
        if (length > lengthMax)
            throw new ImageStreamException(Errno.EINVAL, $"failed to decode {what}", $"{length} bytes before byte {Position} are more than {lengthMax}");
        return ByteName.FromBytes(await ReadBytesAsync((int)length, what).ConfigureAwait(false));
    }

    /// <exception cref="ImageStreamException">EINVAL: something else is there.</exception>
    public async ValueTask ExpectAsync(ReadOnlyMemory<byte> banner, string what)
    {
        byte[] found = await ReadBytesAsync(banner.Length, what).ConfigureAwait(false);
        if (!banner.Span.SequenceEqual(found))
        {
            throw new ImageStreamException(
                Errno.EINVAL, $"invalid or unexpected {what}", $"the stream has \"{Printable(found)}\" where \"{Printable(banner.Span)}\" belongs");
        }
    }

    public async ValueTask SkipAsync(ulong length, string what)
    {
        if (stream.CanSeek)
        {
            Seek(length, what);
            return;
        }

        byte[] scratch = new byte[(int)Math.Min(length, SkipMax)];
        for (ulong left = length; left > 0;)
        {
            int count = (int)Math.Min(left, SkipMax);
            await ReadAsync(scratch.AsMemory(0, count), what).ConfigureAwait(false);
            left -= (ulong)count;
        }
    }

    private void Seek(ulong length, string what)
    {
        ulong left = (ulong)Math.Max(0, stream.Length - stream.Position);
        ulong step = Math.Min(left, length);
        stream.Seek((long)step, SeekOrigin.Current);
        Position += step;
        if (step < length)
            throw Truncated(what);
    }

    private ImageStreamException Truncated(string what) =>
        new(Errno.EBADMSG, $"failed to decode {what}", $"the stream ends at byte {Position}");

    private static string Printable(ReadOnlySpan<byte> bytes)
    {
        char[] text = new char[bytes.Length];
        for (int i = 0; i < text.Length; i++)
            text[i] = bytes[i] is >= 0x20 and < 0x7f ? (char)bytes[i] : '.';
        return new string(text).TrimEnd('.');
    }
}
