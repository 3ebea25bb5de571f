using CurveRbd.Rados;
using CurveRbd.Store;

namespace CurveRbd.Native;

/// <summary>Hands out names and values that a step will have read.</summary>
internal static unsafe class ObjectIterators
{
    /// <summary>A step that reads all attributes; the caller gets its iterator now.</summary>
    public static ObjectStep Attributes(nint* iterator, int* result = null)
    {
        NamedValues shown = Add(iterator);
        return ObjectSteps.GetAttributes((code, all) =>
        {
            Tell(shown, code, all, result);
        });
    }

    /// <summary>A step that reads a part of the omap; the caller gets its iterator now.</summary>
    public static ObjectStep Omap(ByteName after, ByteName prefix, ulong count, nint* iterator, byte* hasMore, int* result)
    {
        NamedValues shown = Add(iterator);
        return ObjectSteps.GetOmap(after, prefix, count, (code, page) =>
        {
            Tell(hasMore, page);
            Tell(shown, code, page.Entries, result);
        });
    }

    /// <summary>As <see cref="Omap"/>, all values empty.</summary>
    public static ObjectStep OmapKeys(ByteName after, ulong count, nint* iterator, byte* hasMore, int* result)
    {
        NamedValues shown = Add(iterator);
        return ObjectSteps.GetOmap(after, ByteName.Empty, count, (code, page) =>
        {
            Tell(hasMore, page);
            Tell(shown, code, [.. page.Entries.Select(pair => KeyValuePair.Create(pair.Key, Array.Empty<byte>()))], result);
        });
    }

    public static ObjectStep OmapByKeys(ByteName[] keys, nint* iterator, int* result)
    {
        NamedValues shown = Add(iterator);
        return ObjectSteps.GetOmapByKeys(keys, (code, page) => Tell(shown, code, page.Entries, result));
    }

    public static void End(nint iterator)
    {
        if (Handles.NamedValues.TryRemove(iterator, out NamedValues? ended))
            ended.End();
    }

    private static NamedValues Add(nint* iterator)
    {
        var shown = new NamedValues();
        if (iterator is not null)
            *iterator = Handles.NamedValues.Add(shown);
        return shown;
    }

    private static void Tell(NamedValues shown, int code, IReadOnlyList<KeyValuePair<ByteName, byte[]>> all, int* result)
    {
        if (code >= 0)
            shown.Fill(all);
        if (result is not null)
            *result = code;
    }

    private static void Tell(byte* hasMore, ObjectOmapPage page)
    {
        if (hasMore is not null)
            *hasMore = page.HasMore ? (byte)1 : (byte)0;
    }
}
