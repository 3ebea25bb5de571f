using System.Runtime.InteropServices;
using CurveRbd.Rados;
using CurveRbd.Store;

namespace CurveRbd.Native;

/// <summary>Which objects a pool has.</summary>
internal static unsafe class ObjectListings
{
    // int rados_nobjects_list_open(rados_ioctx_t io, rados_list_ctx_t *ctx)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rados_nobjects_list_open")]
    public static int Open(nint ioContext, nint* listing)
    {
        try
        {
            OutBuffer.ThrowIfNull(listing);
            OpenIoContext open = Handles.IoContexts.Get(ioContext);
            Control.Run(() => open.Context.ThrowIfPoolGoneAsync(CancellationToken.None));
            *listing = Handles.ObjectListings.Add(new ObjectListing(open.Context.Clone()));
            return 0;
        }
        catch (Exception error)
        {
            return Failure.Of(error);
        }
    }

    // void rados_nobjects_list_close(rados_list_ctx_t ctx)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rados_nobjects_list_close")]
    public static void Close(nint listing)
    {
        try
        {
            if (Handles.ObjectListings.TryRemove(listing, out ObjectListing? closing))
                closing.Close();
        }
        catch (Exception error)
        {
            Failure.Of(error);
        }
    }

    // int rados_nobjects_list_next(rados_list_ctx_t ctx, const char **entry, const char **key, const char **nspace)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rados_nobjects_list_next")]
    public static int Next(nint listing, byte** found, byte** key, byte** objectNamespace)
    {
        try
        {
            return Handles.ObjectListings.Get(listing).TryNext(found, key, objectNamespace, null, null, null) ? 0 : Failure.Of(Errno.ENOENT);
        }
        catch (Exception error)
        {
            return Failure.Of(error);
        }
    }

    // int rados_nobjects_list_next2(rados_list_ctx_t ctx, const char **entry, const char **key, const char **nspace, size_t *entry_size, size_t *key_size, size_t *nspace_size)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rados_nobjects_list_next2")]
    public static int Next(
        nint listing, byte** found, byte** key, byte** objectNamespace, nuint* foundLength, nuint* keyLength, nuint* namespaceLength)
    {
        try
        {
            return Handles.ObjectListings.Get(listing).TryNext(found, key, objectNamespace, foundLength, keyLength, namespaceLength)
                ? 0
                : Failure.Of(Errno.ENOENT);
        }
        catch (Exception error)
        {
            return Failure.Of(error);
        }
    }

    // uint32_t rados_nobjects_list_get_pg_hash_position(rados_list_ctx_t ctx)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rados_nobjects_list_get_pg_hash_position")]
    public static uint Position(nint listing)
    {
        try
        {
            return Handles.ObjectListings.Get(listing).Position;
        }
        catch (Exception error)
        {
            Failure.Of(error);
            return 0;
        }
    }

    // uint32_t rados_nobjects_list_seek(rados_list_ctx_t ctx, uint32_t pos)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rados_nobjects_list_seek")]
    public static uint Seek(nint listing, uint position)
    {
        try
        {
            return Handles.ObjectListings.Get(listing).Seek(position);
        }
        catch (Exception error)
        {
            Failure.Of(error);
            return 0;
        }
    }

    // uint32_t rados_nobjects_list_seek_cursor(rados_list_ctx_t ctx, rados_object_list_cursor cursor)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rados_nobjects_list_seek_cursor")]
    public static uint Seek(nint listing, nint cursor)
    {
        try
        {
            ObjectListing moved = Handles.ObjectListings.Get(listing);
            moved.Seek(Handles.ListCursors.Get(cursor));
            return moved.Position;
        }
        catch (Exception error)
        {
            Failure.Of(error);
            return 0;
        }
    }

    // int rados_nobjects_list_get_cursor(rados_list_ctx_t ctx, rados_object_list_cursor *cursor)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rados_nobjects_list_get_cursor")]
    public static int Cursor(nint listing, nint* cursor)
    {
        try
        {
            OutBuffer.ThrowIfNull(cursor);
            *cursor = Handles.ListCursors.Add(Handles.ObjectListings.Get(listing).Cursor);
            return 0;
        }
        catch (Exception error)
        {
            return Failure.Of(error);
        }
    }

    // rados_object_list_cursor rados_object_list_begin(rados_ioctx_t io)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rados_object_list_begin")]
    public static nint Begin(nint ioContext)
    {
        try
        {
            return Handles.ListCursors.Add(ListCursor.Begin);
        }
        catch (Exception error)
        {
            Failure.Of(error);
            return 0;
        }
    }

    // rados_object_list_cursor rados_object_list_end(rados_ioctx_t io)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rados_object_list_end")]
    public static nint End(nint ioContext)
    {
        try
        {
            return Handles.ListCursors.Add(ListCursor.End);
        }
        catch (Exception error)
        {
            Failure.Of(error);
            return 0;
        }
    }

    // int rados_object_list_is_end(rados_ioctx_t io, rados_object_list_cursor cur)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rados_object_list_is_end")]
    public static int IsEnd(nint ioContext, nint cursor)
    {
        try
        {
            return Handles.ListCursors.Get(cursor).IsEnd ? 1 : 0;
        }
        catch (Exception error)
        {
            return Failure.Of(error);
        }
    }

    // void rados_object_list_cursor_free(rados_ioctx_t io, rados_object_list_cursor cur)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rados_object_list_cursor_free")]
    public static void Free(nint ioContext, nint cursor)
    {
        try
        {
            Handles.ListCursors.TryRemove(cursor, out _);
        }
        catch (Exception error)
        {
            Failure.Of(error);
        }
    }

    // int rados_object_list_cursor_cmp(rados_ioctx_t io, rados_object_list_cursor lhs, rados_object_list_cursor rhs)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rados_object_list_cursor_cmp")]
    public static int Compare(nint ioContext, nint left, nint right)
    {
        try
        {
            return Handles.ListCursors.Get(left).Compare(Handles.ListCursors.Get(right));
        }
        catch (Exception error)
        {
            return Failure.Of(error);
        }
    }

    // int rados_object_list(rados_ioctx_t io, const rados_object_list_cursor start, const rados_object_list_cursor finish, const size_t result_size, const char *filter_buf, const size_t filter_buf_len, rados_object_list_item *results, rados_object_list_cursor *next)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rados_object_list")]
    public static int List(
        nint ioContext, nint start, nint finish, nuint resultSize, byte* filterBuf, nuint filterBufLen, RadosObjectListItem* results, nint* next)
    {
        try
        {
            OutBuffer.ThrowIfNull(results);
            OutBuffer.ThrowIfNull(next);
            if (filterBufLen > 0)
                return Failure.Of(Errno.EOPNOTSUPP);
            ListCursor from = Handles.ListCursors.Get(start);
            ListCursor to = Handles.ListCursors.Get(finish);
            IoContext context = Handles.IoContexts.Get(ioContext).Context;
            int wanted = (int)nuint.Min(resultSize, int.MaxValue);
            IReadOnlyList<ListedObject> found = from.IsEnd || wanted == 0
                ? []
                : Control.Run(() => context.Objects.ListAsync(from.After, wanted, CancellationToken.None));
            ListedObject[] listed = [.. found.TakeWhile(each => to.Covers(each.Position))];
            for (int i = 0; i < listed.Length; i++)
                results[i] = ItemOf(listed[i].Id);
            bool isOver = listed.Length < wanted;
            *next = Handles.ListCursors.Add(isOver ? to : new ListCursor(listed[^1].Position, IsEnd: false));
            return listed.Length;
        }
        catch (Exception error)
        {
            return Failure.Of(error);
        }
    }

    // void rados_object_list_free(const size_t result_size, rados_object_list_item *results)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rados_object_list_free")]
    public static void FreeItems(nuint resultSize, RadosObjectListItem* results)
    {
        try
        {
            if (results is null)
                return;
            for (nuint i = 0; i < resultSize; i++)
            {
                CString.Free(results[i].Name);
                CString.Free(results[i].Namespace);
                CString.Free(results[i].Locator);
            }
        }
        catch (Exception error)
        {
            Failure.Of(error);
        }
    }

    // void rados_object_list_slice(rados_ioctx_t io, const rados_object_list_cursor start, const rados_object_list_cursor finish, const size_t n, const size_t m, rados_object_list_cursor *split_start, rados_object_list_cursor *split_finish)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rados_object_list_slice")]
    public static void Slice(nint ioContext, nint start, nint finish, nuint n, nuint m, nint* splitStart, nint* splitFinish)
    {
        try
        {
            // The first part has it all: objects are few, and one process lists them fast.
            OutBuffer.ThrowIfNull(splitStart);
            OutBuffer.ThrowIfNull(splitFinish);
            ListCursor from = Handles.ListCursors.Get(start);
            ListCursor to = Handles.ListCursors.Get(finish);
            *splitStart = Handles.ListCursors.Add(n == 0 ? from : to);
            *splitFinish = Handles.ListCursors.Add(to);
        }
        catch (Exception error)
        {
            Failure.Of(error);
        }
    }

    private static RadosObjectListItem ItemOf(ObjectId id) => new()
    {
        Name = CString.Duplicate(id.Name),
        NameLength = (nuint)id.Name.Length,
        Namespace = CString.Duplicate(id.Namespace),
        NamespaceLength = (nuint)id.Namespace.Length,
        Locator = CString.Duplicate(id.Locator),
        LocatorLength = (nuint)id.Locator.Length,
    };
}
