using System.Collections.Concurrent;
using Microsoft.Win32.SafeHandles;

namespace CurveRbd.TestCluster;

/// <summary>The chunks of one chunkserver: a file each, data first, the sequence number behind it.</summary>
internal sealed class ChunkStore(string directory) : IDisposable
{
    public const int ChunkSize = 16 << 20;

    private readonly ConcurrentDictionary<(uint Copyset, ulong Chunk), SafeFileHandle> _open = new();

    public bool Exists(uint copyset, ulong chunk) => _open.ContainsKey((copyset, chunk)) || File.Exists(PathOf(copyset, chunk));

    /// <summary>0 when the chunk does not exist.</summary>
    public ulong SnOf(uint copyset, ulong chunk)
    {
        if (!Exists(copyset, chunk))
            return 0;
        Span<byte> sn = stackalloc byte[sizeof(ulong)];
        RandomAccess.Read(Open(copyset, chunk), sn, ChunkSize);
        return BitConverter.ToUInt64(sn);
    }

    public void Read(uint copyset, ulong chunk, long offset, Span<byte> destination)
    {
        while (!destination.IsEmpty)
        {
            int count = RandomAccess.Read(Open(copyset, chunk), destination, offset);
            offset += count;
            destination = destination[count..];
        }
    }

    public void Write(uint copyset, ulong chunk, long offset, ReadOnlySpan<byte> data, ulong sn)
    {
        SafeFileHandle file = Open(copyset, chunk);
        RandomAccess.Write(file, data, offset);
        RandomAccess.Write(file, BitConverter.GetBytes(sn), ChunkSize);
    }

    public void Delete(uint copyset, ulong chunk)
    {
        if (_open.TryRemove((copyset, chunk), out SafeFileHandle? file))
            file.Dispose();
        File.Delete(PathOf(copyset, chunk));
    }

    /// <summary>Ids of all chunks of a copyset.</summary>
    public IEnumerable<ulong> List(uint copyset)
    {
        string folder = Path.Combine(directory, $"{copyset}");
        return Directory.Exists(folder) ? Directory.GetFiles(folder).Select(file => ulong.Parse(Path.GetFileName(file))) : [];
    }

    /// <summary>Makes a copyset's chunks those of <paramref name="source"/>.</summary>
    public void CatchUp(uint copyset, ChunkStore source)
    {
        foreach (ulong stale in List(copyset).Except(source.List(copyset)).ToArray())
            Delete(copyset, stale);
        var data = new byte[ChunkSize];
        foreach (ulong chunk in source.List(copyset))
        {
            source.Read(copyset, chunk, 0, data);
            Write(copyset, chunk, 0, data, source.SnOf(copyset, chunk));
        }
    }

    public void Dispose()
    {
        foreach (SafeFileHandle file in _open.Values)
            file.Dispose();
        _open.Clear();
    }

    private SafeFileHandle Open(uint copyset, ulong chunk) => _open.GetOrAdd((copyset, chunk), key =>
    {
        string path = PathOf(key.Copyset, key.Chunk);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        SafeFileHandle file = File.OpenHandle(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete);
        if (RandomAccess.GetLength(file) == 0)
            RandomAccess.SetLength(file, ChunkSize + sizeof(ulong));
        return file;
    });

    private string PathOf(uint copyset, ulong chunk) => Path.Combine(directory, $"{copyset}", $"{chunk}");
}
