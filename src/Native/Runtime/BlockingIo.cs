using CurveRbd.Store;

namespace CurveRbd.Native;

/// <summary>I/O whose caller waits. Uses the completions of aio, so a call allocates nothing and sleeps without spinning.</summary>
internal static unsafe class BlockingIo
{
    // A caller may ask for more than one request can hold.
    private const nuint PieceMax = 1 << 30;

    private static readonly Request s_read = ImageRequests.Read;
    private static readonly Request s_write = ImageRequests.Write;

    private delegate int Request(OpenImage image, Completion told, ulong offset, byte* buffer, nuint length);

    public static nint Read(OpenImage image, ulong offset, byte* buffer, nuint length) =>
        InPieces(s_read, image, offset, buffer, length);

    public static nint Write(OpenImage image, ulong offset, byte* buffer, nuint length) =>
        InPieces(s_write, image, offset, buffer, length);


    public static nint Discard(OpenImage image, ulong offset, ulong length)
    {
        if (length > int.MaxValue)
            return Failure.Of(Errno.EINVAL);
        Completion told = Rent();
        return Await(told, ImageRequests.Discard(image, told, offset, length));
    }

    public static nint WriteZeroes(OpenImage image, ulong offset, nuint length, int flags)
    {
        Completion told = Rent();
        return Await(told, ImageRequests.WriteZeroes(image, told, offset, length, flags));
    }

    public static nint WriteSame(OpenImage image, ulong offset, nuint length, byte* pattern, nuint patternLength)
    {
        Completion told = Rent();
        return Await(told, ImageRequests.WriteSame(image, told, offset, length, pattern, patternLength));
    }

    public static nint CompareAndWrite(OpenImage image, ulong offset, nuint length, byte* compare, byte* buffer, ulong* mismatch)
    {
        var compared = new IoVec { Start = compare, Length = length };
        var written = new IoVec { Start = buffer, Length = length };
        Completion told = Rent();
        return Await(told, ImageRequests.CompareAndWrite(image, told, offset, &compared, 1, &written, 1, mismatch));
    }

    public static nint Flush(OpenImage image)
    {
        Completion told = Rent();
        return Await(told, ImageRequests.Flush(image, told));
    }

    private static nint InPieces(Request request, OpenImage image, ulong offset, byte* buffer, nuint length)
    {
        nuint done = 0;
        while (true)
        {
            nuint piece = nuint.Min(length - done, PieceMax);
            Completion told = Rent();
            nint moved = Await(told, request(image, told, offset + done, buffer + done, piece));
            if (moved < 0 && done == 0)
                return moved;
            done += (nuint)nint.Max(moved, 0);
            if (moved < (nint)piece || done == length)
                return (nint)done;
        }
    }

    private static Completion Rent()
    {
        Completion told = CompletionPool.Rent(null, null);
        told.IsWaitedFor = true;
        return told;
    }

    private static nint Await(Completion told, int submitted)
    {
        nint value = submitted;
        if (submitted == 0)
        {
            told.Wait();
            value = (nint)told.Value;
        }

        told.Release();
        return value < 0 ? Failure.Of((int)value) : value;
    }
}
