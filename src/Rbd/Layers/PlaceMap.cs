using System.Numerics;
using CurveRbd.Store;

namespace CurveRbd.Rbd;

/// <summary>
/// Which places of an overlay volume hold a cluster: one bit each (2 MiB for 1 TiB of data). Rebuilt from the table, so nothing
/// can leak for longer than the overlay is open. The lowest free place goes first: the volume stays as short as it can.
/// </summary>
internal sealed class PlaceMap
{
    private const int WordBits = 64;

    private readonly Lock _lock = new();
    private ulong[] _used = new ulong[16];
    private int _firstWord; // no word before it has a free place

    /// <summary>Places in use.</summary>
    public long Count { get; private set; }

    /// <returns>false: it was in use already.</returns>
    public bool TryMark(uint place)
    {
        lock (_lock)
        {
            Reach((int)(place / WordBits));
            if (IsUsed(place))
                return false;
            Mark(place);
            return true;
        }
    }

    /// <summary>Takes the lowest free place and as many of its free neighbours as are wanted.</summary>
    /// <exception cref="StorageException">ENOSPC: all places that the format has are in use.</exception>
    public PlaceRun Take(int countMax)
    {
        lock (_lock)
        {
            uint first = FirstFree();
            if (first > OverlayEntry.PlaceMax - (uint)countMax)
                throw new StorageException(Errno.ENOSPC, "a layer holds more clusters than its format can number");
            int count = 0;
            do
            {
                Mark(first + (uint)count++);
                Reach((int)((first + (uint)count) / WordBits));
            }
            while (count < countMax && !IsUsed(first + (uint)count));
            return new PlaceRun(first, count);
        }
    }

    public void Free(PlaceRun run)
    {
        lock (_lock)
        {
            for (uint place = run.First; place < run.First + (uint)run.Count; place++)
                _used[place / WordBits] &= ~Bit(place);
            Count -= run.Count;
            _firstWord = Math.Min(_firstWord, (int)(run.First / WordBits));
        }
    }

    private static ulong Bit(uint place) => 1UL << (int)(place % WordBits);

    private bool IsUsed(uint place) => (_used[place / WordBits] & Bit(place)) != 0;

    private void Mark(uint place)
    {
        _used[place / WordBits] |= Bit(place);
        Count++;
    }

    private uint FirstFree()
    {
        while (_used[_firstWord] == ulong.MaxValue)
            Reach(++_firstWord);
        return (uint)(_firstWord * WordBits + BitOperations.TrailingZeroCount(~_used[_firstWord]));
    }

    private void Reach(int word)
    {
        if (word >= _used.Length)
            Array.Resize(ref _used, Math.Max(word + 1, _used.Length * 2));
    }
}
