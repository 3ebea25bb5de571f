using System.Numerics;
using System.Runtime.CompilerServices;
using CurveRbd.Rbd;
using CurveRbd.Store;

namespace CurveRbd.Native;

/// <summary>
/// Hands requests to an image and their outcome to a completion. Answers 0, or what is wrong with the arguments; then the completion
/// stays untouched and its callback never runs.
/// </summary>
internal static unsafe class ImageRequests
{
    private const int ThickProvision = 1;

    public static int Read(OpenImage image, Completion told, ulong offset, byte* buffer, nuint length)
    {
        var vector = new IoVec { Start = buffer, Length = length };
        return Read(image, told, offset, &vector, 1);
    }

    public static int Read(OpenImage image, Completion told, ulong offset, IoVec* vector, int count)
    {
        if (!AreValid(vector, count))
            return Failure.Of(Errno.EINVAL);
        told.Start(image);
        try
        {
            InlineContinuation.Allow();
            told.Follow(image.Image.ReadAsync(offset, told.Data.Lend(vector, count)), isRead: true);
        }
        catch (Exception error)
        {
            told.Fail(error);
        }
        finally
        {
            InlineContinuation.Forbid();
        }

        return 0;
    }

    public static int Write(OpenImage image, Completion told, ulong offset, byte* buffer, nuint length)
    {
        var vector = new IoVec { Start = buffer, Length = length };
        return Write(image, told, offset, &vector, 1);
    }

    public static int Write(OpenImage image, Completion told, ulong offset, IoVec* vector, int count)
    {
        if (!AreValid(vector, count))
            return Failure.Of(Errno.EINVAL);
        told.Start(image);
        try
        {
            InlineContinuation.Allow();
            told.Follow(image.Image.WriteAsync(offset, told.Data.Lend(vector, count)), isRead: false);
        }
        catch (Exception error)
        {
            told.Fail(error);
        }
        finally
        {
            InlineContinuation.Forbid();
        }

        return 0;
    }

    /// <summary>A write whose data the caller may free as soon as this returns.</summary>
    public static int WriteCopy(OpenImage image, Completion told, ulong offset, byte* buffer, nuint length)
    {
        var vector = new IoVec { Start = buffer, Length = length };
        if (!AreValid(&vector, 1))
            return Failure.Of(Errno.EINVAL);
        told.Start(image);
        try
        {
            told.Follow(image.Image.WriteAsync(offset, told.Data.Copy(buffer, (int)length)), isRead: false);
        }
        catch (Exception error)
        {
            told.Fail(error);
        }

        return 0;
    }

    /// <param name="checksum">CRC-32C of the data, begun with all ones and not inverted at the end.</param>
    public static int WriteChecked(OpenImage image, Completion told, ulong offset, byte* buffer, nuint length, uint checksum)
    {
        var vector = new IoVec { Start = buffer, Length = length };
        if (!AreValid(&vector, 1))
            return Failure.Of(Errno.EINVAL);
        if (Crc32C(new ReadOnlySpan<byte>(buffer, (int)length)) == checksum)
            return Write(image, told, offset, &vector, 1);
        told.Start(image);
        told.Fail(new StorageException(Errno.EBADMSG, $"{length} bytes at {offset} do not have the checksum {checksum:x8}"));
        return 0;
    }

    public static int Discard(OpenImage image, Completion told, ulong offset, ulong length)
    {
        told.Start(image);
        try
        {
            told.Follow(image.Image.DiscardAsync(offset, length));
        }
        catch (Exception error)
        {
            told.Fail(error);
        }

        return 0;
    }

    public static int WriteZeroes(OpenImage image, Completion told, ulong offset, ulong length, int flags)
    {
        told.Start(image);
        try
        {
            told.Follow(WriteZeroesAsync(image.Image, offset, length, flags));
        }
        catch (Exception error)
        {
            told.Fail(error);
        }

        return 0;
    }

    public static int WriteSame(OpenImage image, Completion told, ulong offset, nuint length, byte* pattern, nuint patternLength)
    {
        if (pattern is null || patternLength == 0 || patternLength > int.MaxValue || length > int.MaxValue || length % patternLength != 0)
            return Failure.Of(Errno.EINVAL);
        told.Start(image);
        try
        {
            told.Follow(image.Image.WriteSameAsync(offset, length, told.Data.Lend(pattern, (int)patternLength)));
        }
        catch (Exception error)
        {
            told.Fail(error);
        }

        return 0;
    }

    public static int CompareAndWrite(
        OpenImage image, Completion told, ulong offset, IoVec* compare, int compareCount, IoVec* vector, int count, ulong* mismatch)
    {
        if (!AreValid(compare, compareCount) || !AreValid(vector, count))
            return Failure.Of(Errno.EINVAL);
        told.Start(image);
        try
        {
            IoVector compared = told.Compare.Lend(compare, compareCount);
            told.Follow(image.Image.CompareAndWriteAsync(offset, compared, told.Data.Lend(vector, count)), mismatch);
        }
        catch (Exception error)
        {
            told.Fail(error);
        }

        return 0;
    }

    public static int Flush(OpenImage image, Completion told)
    {
        told.Start(image);
        try
        {
            told.Follow(image.Image.FlushAsync());
        }
        catch (Exception error)
        {
            told.Fail(error);
        }

        return 0;
    }

    private static ValueTask<ulong> WriteZeroesAsync(Image image, ulong offset, ulong length, int flags)
    {
        if ((flags & ~ThickProvision) != 0)
            throw new StorageException(Errno.EINVAL, $"write-zeroes knows no flags 0x{flags:x}");
        return image.WriteZeroesAsync(offset, length, flags == ThickProvision ? ZeroMode.Allocate : ZeroMode.Unmap);
    }

    private static bool AreValid(IoVec* vector, int count)
    {
        if (vector is null || count <= 0)
            return false;
        nuint sum = 0;
        for (int i = 0; i < count; i++)
        {
            if ((vector[i].Start is null && vector[i].Length > 0) || vector[i].Length > int.MaxValue || (sum += vector[i].Length) > int.MaxValue)
                return false;
        }

        return true;
    }

    private static uint Crc32C(ReadOnlySpan<byte> data)
    {
        uint checksum = uint.MaxValue;
        for (; data.Length >= sizeof(ulong); data = data[sizeof(ulong)..])
            checksum = BitOperations.Crc32C(checksum, Unsafe.ReadUnaligned<ulong>(in data[0]));
        foreach (byte value in data)
            checksum = BitOperations.Crc32C(checksum, value);
        return checksum;
    }
}
