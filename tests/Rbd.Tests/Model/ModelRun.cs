using CurveRbd.Store;

namespace CurveRbd.Rbd.Tests;

/// <summary>An image and the byte array that it must equal.</summary>
internal sealed class ModelRun
{
    private readonly TestPool _pool;
    private readonly Random _random;
    private readonly int _sizeMax;
    private byte[] _model;
    private string _name = "image0";
    private int _renames;

    private ModelRun(TestPool pool, Random random, int sizeMax, Image image)
    {
        _pool = pool;
        _random = random;
        _sizeMax = sizeMax;
        _model = new byte[image.Size];
        Image = image;
    }

    public Image Image { get; private set; }

    public static async Task<ModelRun> StartAsync(TestPool pool, Random random, int sizeMax)
    {
        Image image = await pool.CreateAndOpenAsync((ulong)random.Next(sizeMax), name: "image0");
        return new ModelRun(pool, random, sizeMax, image);
    }

    /// <returns>What was done.</returns>
    public Task<string> StepAsync() => _random.Next(20) switch
    {
        < 6 => WriteAsync(),
        < 9 => ReadAsync(),
        < 11 => DiscardAsync(),
        < 13 => ZeroAsync(),
        < 14 => WriteSameAsync(),
        < 16 => CompareAndWriteAsync(),
        16 => ResizeAsync(),
        17 => ReopenAsync(),
        18 => RenameAsync(),
        _ => FlushAsync(),
    };

    public async Task<bool> MatchesAsync()
    {
        var all = new byte[_model.Length];
        if (all.Length > 0)
            await Image.ReadAsync(0, all);
        return Image.Size == (ulong)_model.Length && all.AsSpan().SequenceEqual(_model);
    }

    private (int Offset, int Length, int Clipped) Range()
    {
        int offset = _random.Next(_model.Length);
        int length = _random.Next(4) == 0 ? _random.Next(1, 20) : _random.Next(1, 10000);
        if (_random.Next(4) == 0)
        {
            offset &= ~4095;
            length = Math.Max(4096, length & ~4095);
        }

        return (offset, length, Math.Min(length, _model.Length - offset));
    }

    private async Task<string> WriteAsync()
    {
        if (_model.Length == 0)
            return "nothing";
        (int offset, int length, int clipped) = Range();
        var data = new byte[length];
        _random.NextBytes(data);
        int cut = _random.Next(length + 1);
        IoVector vector = _random.Next(2) == 0
            ? data
            : new IoVector((Memory<byte>[])[data.AsMemory(0, cut), default, data.AsMemory(cut)], length);

        Assert.Equal(clipped, await Image.WriteAsync((ulong)offset, vector));
        data.AsSpan(0, clipped).CopyTo(_model.AsSpan(offset));
        return $"write {offset}+{length}";
    }

    private async Task<string> ReadAsync()
    {
        if (_model.Length == 0)
            return "nothing";
        (int offset, int length, int clipped) = Range();
        var data = new byte[length];

        Assert.Equal(clipped, await Image.ReadAsync((ulong)offset, data));
        Assert.True(_model.AsSpan(offset, clipped).SequenceEqual(data.AsSpan(0, clipped)), $"read {offset}+{length}");
        return "read";
    }

    private async Task<string> DiscardAsync()
    {
        if (_model.Length == 0)
            return "nothing";
        (int offset, int length, int clipped) = Range();

        Assert.Equal((ulong)clipped, await Image.DiscardAsync((ulong)offset, (ulong)length));
        _model.AsSpan(offset, clipped).Clear();
        return $"discard {offset}+{length}";
    }

    private async Task<string> ZeroAsync()
    {
        if (_model.Length == 0)
            return "nothing";
        (int offset, int length, int clipped) = Range();
        ZeroMode mode = _random.Next(2) == 0 ? ZeroMode.Unmap : ZeroMode.Allocate;

        Assert.Equal((ulong)clipped, await Image.WriteZeroesAsync((ulong)offset, (ulong)length, mode));
        _model.AsSpan(offset, clipped).Clear();
        return $"zero {offset}+{length} {mode}";
    }

    private async Task<string> WriteSameAsync()
    {
        if (_model.Length == 0)
            return "nothing";
        (int offset, int length, int _) = Range();
        var pattern = new byte[_random.Next(1, 700)];
        _random.NextBytes(pattern);
        length -= length % pattern.Length;
        int clipped = Math.Min(length, _model.Length - offset);

        Assert.Equal((ulong)clipped, await Image.WriteSameAsync((ulong)offset, (ulong)length, pattern));
        for (int i = 0; i < clipped; i++)
            _model[offset + i] = pattern[i % pattern.Length];
        return $"writesame {offset}+{length} of {pattern.Length}";
    }

    private async Task<string> CompareAndWriteAsync()
    {
        if (_model.Length == 0)
            return "nothing";
        (int offset, int _, int clipped) = Range();
        byte[] compare = _model.AsSpan(offset, clipped).ToArray();
        int differs = _random.Next(2) == 0 ? _random.Next(clipped) : -1;
        if (differs >= 0)
            compare[differs] ^= 1;
        var data = new byte[clipped];
        _random.NextBytes(data);

        CompareAndWriteResult result = await Image.CompareAndWriteAsync((ulong)offset, compare, data);
        Assert.Equal(differs, result.Mismatch);
        if (differs < 0)
            data.CopyTo(_model, offset);
        return $"compare-and-write {offset}+{clipped}";
    }

    private async Task<string> ResizeAsync()
    {
        int size = _random.Next(8) == 0 ? 0 : _random.Next(_sizeMax);

        await Image.ResizeAsync((ulong)size, allowShrink: true, null, CancellationToken.None);
        Array.Resize(ref _model, size);
        return $"resize {size}";
    }

    private async Task<string> ReopenAsync()
    {
        await Image.CloseAsync();
        Image = await _pool.OpenAsync(_name);
        return "reopen";
    }

    private async Task<string> RenameAsync()
    {
        var name = $"image{++_renames}";
        await ImageDirectory.RenameAsync(_pool.Io, _name, name, CancellationToken.None);
        _name = name;
        return "rename";
    }

    private async Task<string> FlushAsync()
    {
        await Image.FlushAsync();
        return "flush";
    }
}
