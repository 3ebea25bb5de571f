using System.Buffers;

namespace CurveRbd.Native;

/// <summary>A caller's buffer as <see cref="Memory{T}"/>. Reused; once given back, a late touch throws instead of writing into memory that is not ours any more.</summary>
internal sealed unsafe class LentMemory : MemoryManager<byte>
{
    private byte* _start;
    private int _length;

    public Memory<byte> Lend(byte* start, int length)
    {
        _start = start;
        _length = length;
        return CreateMemory(length);
    }

    public void GiveBack()
    {
        _start = null;
        _length = 0;
    }

    public override Span<byte> GetSpan() => new(_start, _length);

    public override MemoryHandle Pin(int elementIndex = 0)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan((uint)elementIndex, (uint)_length, nameof(elementIndex));
        return new MemoryHandle(_start + elementIndex);
    }

    public override void Unpin()
    {
    }

    protected override void Dispose(bool disposing) => GiveBack();
}
