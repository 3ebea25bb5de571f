using System.Runtime.InteropServices;
using CurveRbd.Store;

namespace CurveRbd.Native;

/// <summary>
/// A rados_omap_iter_t or rados_xattrs_iter_t. What it shows stays in place until its end. Callers take it when they add its step to an operation,
/// before there is anything to show.
/// </summary>
internal sealed unsafe class NamedValues
{
    private readonly Lock _lock = new();
    private IReadOnlyList<KeyValuePair<ByteName, byte[]>> _all = [];
    private byte* _memory;
    private byte* _next;
    private int _index;
    private bool _isOver;

    public int Count => _all.Count;

    public void Fill(IReadOnlyList<KeyValuePair<ByteName, byte[]>> all)
    {
        lock (_lock)
        {
            if (_isOver)
                return;
            nuint size = 1;
            foreach ((ByteName name, byte[] value) in all)
                size += (nuint)(name.Length + 1 + value.Length);
            NativeMemory.Free(_memory);
            _memory = _next = (byte*)NativeMemory.Alloc(size);
            _all = all;
            _index = 0;
        }
    }

    /// <summary>NULLs at the end, and for the value when that is empty. Any pointer but that of the name may be NULL.</summary>
    public void Next(byte** name, byte** value, nuint* nameLength, nuint* valueLength)
    {
        lock (_lock)
        {
            bool isOver = _index == _all.Count;
            ByteName key = isOver ? ByteName.Empty : _all[_index].Key;
            byte[] found = isOver ? [] : _all[_index].Value;
            byte* keyPlace = _next;
            byte* valuePlace = keyPlace + key.Length + 1;
            if (!isOver)
            {
                CString.CopyWithEnd(key, keyPlace);
                found.CopyTo(new Span<byte>(valuePlace, found.Length));
                _next = valuePlace + found.Length;
                _index++;
            }

            *name = isOver ? null : keyPlace;
            if (value is not null)
                *value = found.Length == 0 ? null : valuePlace;
            if (nameLength is not null)
                *nameLength = (nuint)key.Length;
            if (valueLength is not null)
                *valueLength = (nuint)found.Length;
        }
    }

    public void End()
    {
        lock (_lock)
        {
            _isOver = true;
            NativeMemory.Free(_memory);
            _memory = _next = null;
        }
    }
}
