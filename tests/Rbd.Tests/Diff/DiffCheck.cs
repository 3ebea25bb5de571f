using CurveRbd.Store;

namespace CurveRbd.Rbd.Tests;

/// <summary>One request for differences, of a random window, and what was reported.</summary>
internal sealed class DiffCheck(Random random, byte[] after)
{
    private readonly List<LayerDiffExtent> _found = [];
    private ulong _offset;
    private ulong _end;

    public async Task RunAsync(Image handle, ByteName? from, bool includeParent, ulong objectSize)
    {
        bool wholeObject = random.Next(2) == 0;
        bool isWhole = random.Next(3) == 0;
        _offset = isWhole ? 0 : (ulong)random.Next(after.Length);
        ulong length = isWhole ? (ulong)after.Length : 1 + (ulong)random.Next(2 << 20);
        _end = Math.Min(_offset + length, (ulong)after.Length);

        await handle.DiffAsync(from, _offset, length, includeParent, wholeObject, Add, CancellationToken.None);

        IsInOrder();
        HolesAreZero();
        if (wholeObject)
            Assert.All(_found, extent => Assert.True(IsEdge(extent.Offset, objectSize) && IsEdge(extent.End, objectSize), $"{extent}"));
    }

    /// <param name="before">What the image was; beyond its end there was nothing.</param>
    public void Covers(ReadOnlySpan<byte> before)
    {
        ulong offset = _offset;
        foreach (LayerDiffExtent extent in _found)
        {
            AreSame(before, offset, extent.Offset);
            offset = extent.End;
        }

        AreSame(before, offset, _end);
    }

    private int Add(ulong offset, ulong length, bool exists)
    {
        _found.Add(new LayerDiffExtent(offset, length, exists));
        return 0;
    }

    private void IsInOrder()
    {
        ulong offset = _offset;
        bool? exists = null;
        foreach (LayerDiffExtent extent in _found)
        {
            Assert.True(extent.Length > 0 && extent.Offset >= offset && extent.End <= _end, $"{extent} in [{offset}, {_end})");
            Assert.False(extent.Offset == offset && extent.Exists == exists, $"{extent} should be part of the one before");
            offset = extent.End;
            exists = extent.Exists;
        }
    }

    private void HolesAreZero()
    {
        foreach (LayerDiffExtent extent in _found.Where(extent => !extent.Exists))
            Assert.False(after.AsSpan((int)extent.Offset, (int)extent.Length).ContainsAnyExcept((byte)0), $"{extent} holds data");
    }

    private bool IsEdge(ulong offset, ulong objectSize) => offset % objectSize == 0 || offset == _offset || offset == _end;

    private void AreSame(ReadOnlySpan<byte> before, ulong offset, ulong end)
    {
        int split = (int)Math.Clamp((ulong)before.Length, offset, end);
        int common = after.AsSpan((int)offset, split - (int)offset).CommonPrefixLength(before[Math.Min((int)offset, before.Length)..]);
        Assert.True(common == split - (int)offset, $"byte {(int)offset + common} differs and is not reported");
        Assert.False(after.AsSpan(split, (int)end - split).ContainsAnyExcept((byte)0), $"a byte in [{split}, {end}) is new and is not reported");
    }
}
