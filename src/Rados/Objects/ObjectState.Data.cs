using CurveRbd.Store;

namespace CurveRbd.Rados;

// The object's bytes: pieces that were read, and pieces that replace them.
public sealed partial class ObjectState
{
    private const int ChunkSize = ObjectLimits.ChunkSize;

    private readonly Dictionary<string, byte[]> _read = new(StringComparer.Ordinal);
    private readonly Dictionary<string, byte[]> _newChunks = new(StringComparer.Ordinal);
    private readonly List<string> _oldChunks = [];

    /// <returns>Fewer bytes at the object's end, none beyond it.</returns>
    /// <exception cref="StorageException">ENOENT</exception>
    public async Task<byte[]> ReadAsync(ulong offset, ulong length, CancellationToken cancellationToken)
    {
        ObjectRecord now = Require();
        if (offset >= (ulong)now.Size)
            return [];
        var read = new byte[(int)Math.Min(length, (ulong)now.Size - offset)];
        foreach ((int chunk, int start, int count, int done) in Pieces((int)offset, read.Length))
        {
            byte[] content = await ContentAsync(chunk, cancellationToken).ConfigureAwait(false);
            if (start < content.Length)
                content.AsSpan(start, Math.Min(count, content.Length - start)).CopyTo(read.AsSpan(done));
        }

        return read;
    }

    /// <summary>Makes the object if need be; what lies between its end and <paramref name="offset"/> becomes zeros.</summary>
    /// <exception cref="StorageException">EFBIG</exception>
    public async Task WriteAsync(ulong offset, ReadOnlyMemory<byte> data, CancellationToken cancellationToken)
    {
        ThrowIfTooBig(offset, (ulong)data.Length);
        Create();
        foreach ((int chunk, int start, int count, int done) in Pieces((int)offset, data.Length))
        {
            byte[] content = await ContentAsync(chunk, cancellationToken).ConfigureAwait(false);
            var replaced = new byte[Math.Max(content.Length, start + count)];
            content.CopyTo(replaced, 0);
            data.Span.Slice(done, count).CopyTo(replaced.AsSpan(start));
            Replace(chunk, replaced);
        }

        if (data.Length > 0 && (int)offset + data.Length > Require().Size)
            Change(Require() with { Size = (int)offset + data.Length });
    }

    /// <summary>Growing appends zeros.</summary>
    /// <exception cref="StorageException">ENOENT, EFBIG</exception>
    public async Task TruncateAsync(ulong size, CancellationToken cancellationToken)
    {
        ThrowIfTooBig(size, 0);
        ObjectRecord now = Require();
        int newSize = (int)size;
        if (newSize < now.Size && newSize % ChunkSize != 0)
        {
            int last = newSize / ChunkSize;
            byte[] content = await ContentAsync(last, cancellationToken).ConfigureAwait(false);
            if (content.Length > newSize % ChunkSize)
                Replace(last, content[..(newSize % ChunkSize)]);
        }

        DropData((newSize + ChunkSize - 1) / ChunkSize);
        Change(Require() with { Size = newSize });
    }

    /// <exception cref="StorageException">ENOENT</exception>
    public async Task ZeroAsync(ulong offset, ulong length, CancellationToken cancellationToken)
    {
        ulong size = Size;
        if (offset < size)
            await WriteAsync(offset, new byte[(int)Math.Min(length, size - offset)], cancellationToken).ConfigureAwait(false);
    }

    private static void ThrowIfTooBig(ulong offset, ulong length)
    {
        if (offset > ObjectLimits.SizeMax || length > ObjectLimits.SizeMax - offset)
        {
            throw new StorageException(
                Errno.EFBIG, $"{length} bytes at {offset}: an object may have {ObjectLimits.SizeMax} bytes; keep more in an image");
        }
    }

    private static IEnumerable<(int Chunk, int Start, int Count, int Done)> Pieces(int offset, int length)
    {
        for (int done = 0; done < length;)
        {
            int start = (offset + done) % ChunkSize;
            int count = Math.Min(length - done, ChunkSize - start);
            yield return ((offset + done) / ChunkSize, start, count, done);
            done += count;
        }
    }

    // Without the zeros at the end of a piece, which are not stored.
    private async Task<byte[]> ContentAsync(int chunk, CancellationToken cancellationToken)
    {
        IReadOnlyList<string> chunks = Require().Chunks;
        string id = chunk < chunks.Count ? chunks[chunk] : "";
        if (id.Length == 0)
            return [];
        if (_newChunks.TryGetValue(id, out byte[]? content) || _read.TryGetValue(id, out content))
            return content;
        Record record = await _records.GetAsync(_keys.Chunk(id), cancellationToken).ConfigureAwait(false) ?? throw new StaleObjectException();
        return _read[id] = record.Value.ToArray();
    }

    private void Replace(int chunk, byte[] content)
    {
        ObjectRecord now = Require();
        List<string> chunks = [.. now.Chunks];
        while (chunks.Count <= chunk)
            chunks.Add("");
        Discard(chunks[chunk]);
        chunks[chunk] = Guid.NewGuid().ToString("N");
        _newChunks[chunks[chunk]] = content;
        Change(now with { Chunks = chunks });
    }

    private void DropData(int from)
    {
        ObjectRecord now = Require();
        foreach (string chunk in now.Chunks.Skip(from))
            Discard(chunk);
        Change(now with { Chunks = [.. now.Chunks.Take(from)] });
    }

    private void Discard(string chunk)
    {
        if (chunk.Length > 0 && !_newChunks.Remove(chunk))
            _oldChunks.Add(chunk);
    }
}
