using System.Runtime.InteropServices;
using CurveRbd.Rbd;
using CurveRbd.Store;

namespace CurveRbd.Native;

/// <summary>Reads a range object by object and shows each piece to a callback, on the caller's thread.</summary>
internal static unsafe class ReadIteration
{
    /// <returns>Bytes shown.</returns>
    /// <exception cref="CallbackAbortedException"/>
    public static ulong Run(
        OpenImage image, ulong offset, ulong length, delegate* unmanaged[Cdecl]<ulong, nuint, byte*, void*, int> callback, void* argument)
    {
        OutBuffer.ThrowIfNull((void*)callback);
        ulong clipped = Clip(image.Image, offset, length);
        ulong objectSize = image.Image.ObjectSize;
        var buffer = (byte*)NativeMemory.Alloc((nuint)ulong.Min(objectSize, clipped));
        try
        {
            for (ulong done = 0; done < clipped;)
            {
                ulong at = offset + done;
                nint read = BlockingIo.Read(image, at, buffer, (nuint)ulong.Min(clipped - done, objectSize - (at % objectSize)));
                if (read < 0)
                    throw new StorageException((Errno)(-read), $"reading at {at} failed");
                if (read == 0)
                    return done;
                int answer = callback(at, (nuint)read, buffer, argument);
                if (answer < 0)
                    throw new CallbackAbortedException(answer);
                done += (ulong)read;
            }

            return clipped;
        }
        finally
        {
            NativeMemory.Free(buffer);
        }
    }

    private static ulong Clip(Image image, ulong offset, ulong length)
    {
        if (length == 0)
            return 0;
        if (offset >= image.Size || offset + length < offset)
            throw new StorageException(Errno.EINVAL, $"{length} bytes at {offset} start past the end of image {image.Name}");
        return ulong.Min(length, image.Size - offset);
    }
}
