using System.Runtime.InteropServices;
using CurveRbd.Rados;

namespace CurveRbd.Native;

/// <summary>A rados_list_ctx_t. Its strings stay until the next one is asked for.</summary>
internal sealed unsafe class ObjectListing(IoContext context)
{
    private const int PageSize = 256;

    private readonly Queue<ListedObject> _page = new();
    private readonly Lock _lock = new();
    private byte* _name;
    private byte* _locator;
    private byte* _namespace;
    private string? _after;
    private uint _passed;

    public ListCursor Cursor => _after is null ? ListCursor.Begin : new ListCursor(_after, IsEnd: false);

    /// <summary>How many objects lie before.</summary>
    public uint Position => _passed;

    /// <returns>false: there is none any more.</returns>
    public bool TryNext(byte** name, byte** locator, byte** objectNamespace, nuint* nameLength, nuint* locatorLength, nuint* namespaceLength)
    {
        lock (_lock)
        {
            FreeStrings();
            if (TryTake() is not { } found)
                return false;
            OutBuffer.ThrowIfNull(name);
            *name = _name = CString.Duplicate(found.Id.Name);
            _namespace = CString.Duplicate(found.Id.Namespace);
            if (!found.Id.Locator.IsEmpty)
                _locator = CString.Duplicate(found.Id.Locator);
            Put(locator, _locator, locatorLength, found.Id.Locator.Length);
            Put(objectNamespace, _namespace, namespaceLength, found.Id.Namespace.Length);
            if (nameLength is not null)
                *nameLength = (nuint)found.Id.Name.Length;
            return true;
        }
    }

    /// <summary>Goes on behind the first <paramref name="count"/> objects, or at the end when there are fewer.</summary>
    public uint Seek(uint count)
    {
        lock (_lock)
        {
            Restart(ListCursor.Begin);
            while (_passed < count && TryTake() is not null)
            {
            }

            return _passed;
        }
    }

    public void Seek(ListCursor cursor)
    {
        lock (_lock)
            Restart(cursor);
    }

    public void Close()
    {
        lock (_lock)
            FreeStrings();
    }

    private void Restart(ListCursor cursor)
    {
        _page.Clear();
        _passed = 0;
        // No position lies behind it: names are ASCII.
        _after = cursor.IsEnd ? "\u007f" : cursor.After;
    }

    private ListedObject? TryTake()
    {
        if (_page.Count == 0)
        {
            foreach (ListedObject found in Control.Run(() => context.Objects.ListAsync(_after, PageSize, CancellationToken.None)))
                _page.Enqueue(found);
        }

        if (!_page.TryDequeue(out ListedObject? next))
            return null;
        _after = next.Position;
        _passed++;
        return next;
    }

    private static void Put(byte** place, byte* value, nuint* lengthPlace, int length)
    {
        if (place is not null)
            *place = value;
        if (lengthPlace is not null)
            *lengthPlace = (nuint)length;
    }

    private void FreeStrings()
    {
        NativeMemory.Free(_name);
        NativeMemory.Free(_locator);
        NativeMemory.Free(_namespace);
        _name = _locator = _namespace = null;
    }
}
