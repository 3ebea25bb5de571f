namespace CurveRbd.Local;

/// <summary>Operations that are not in use, a bounded number.</summary>
internal static class IoOperationPool
{
    // More than any consumer's queue depth; the rest of a burst is garbage.
    private const int SizeMax = 1024;

    private static readonly Lock s_lock = new();
    private static IoOperation? s_first;
    private static int s_count;

    public static IoOperation Rent()
    {
        lock (s_lock)
        {
            if (s_first is not { } operation)
                return new IoOperation();
            s_first = operation.Next;
            operation.Next = null;
            s_count--;
            return operation;
        }
    }

    public static void Return(IoOperation operation)
    {
        lock (s_lock)
        {
            if (s_count == SizeMax)
                return;
            operation.Next = s_first;
            s_first = operation;
            s_count++;
        }
    }
}
