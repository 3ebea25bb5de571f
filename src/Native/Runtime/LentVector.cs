using System.Runtime.InteropServices;
using CurveRbd.Store;

namespace CurveRbd.Native;

/// <summary>The memory behind one request: one buffer or an array of iovecs. The array itself is the caller's only until the submitting call returns.</summary>
internal sealed unsafe class LentVector
{
    private readonly List<LentMemory> _lent = [];
    private readonly List<Memory<byte>> _pieces = [];
    private int _used;
    private byte* _copy;

    public Memory<byte> Lend(byte* start, int length) => Next().Lend(start, length);

    /// <param name="vector">Of valid lengths whose sum fits an int.</param>
    public IoVector Lend(IoVec* vector, int count)
    {
        if (count == 1)
            return Lend(vector->Start, (int)vector->Length);
        int total = 0;
        for (int i = 0; i < count; i++)
        {
            if (vector[i].Length == 0)
                continue;
            _pieces.Add(Lend(vector[i].Start, (int)vector[i].Length));
            total += (int)vector[i].Length;
        }

        return new IoVector(_pieces, total);
    }

    /// <summary>For a caller that takes its memory back at once: lends a copy, one at a time.</summary>
    public Memory<byte> Copy(byte* start, int length)
    {
        _copy = (byte*)NativeMemory.Alloc((nuint)length);
        NativeMemory.Copy(start, _copy, (nuint)length);
        return Lend(_copy, length);
    }

    public void GiveBack()
    {
        NativeMemory.Free(_copy);
        _copy = null;
        for (int i = 0; i < _used; i++)
            _lent[i].GiveBack();
        _used = 0;
        _pieces.Clear();
    }

    private LentMemory Next()
    {
        if (_used == _lent.Count)
            _lent.Add(new LentMemory());
        return _lent[_used++];
    }
}
