using System.Runtime.InteropServices;
using CurveRbd.Rados;

namespace CurveRbd.Native;

/// <summary>Bytes of objects, for callers who wait.</summary>
internal static unsafe class ObjectIo
{
    // int rados_write(rados_ioctx_t io, const char *oid, const char *buf, size_t len, uint64_t off)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rados_write")]
    public static int Write(nint ioContext, byte* name, byte* buffer, nuint length, ulong offset)
    {
        try
        {
            return ObjectRequest.Write(ioContext, name, ObjectWrites.Write(offset, LentBytes.Copy(buffer, length)));
        }
        catch (Exception error)
        {
            return Failure.Of(error);
        }
    }

    // int rados_write_full(rados_ioctx_t io, const char *oid, const char *buf, size_t len)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rados_write_full")]
    public static int WriteFull(nint ioContext, byte* name, byte* buffer, nuint length)
    {
        try
        {
            return ObjectRequest.Write(ioContext, name, ObjectWrites.WriteFull(LentBytes.Copy(buffer, length)));
        }
        catch (Exception error)
        {
            return Failure.Of(error);
        }
    }

    // int rados_writesame(rados_ioctx_t io, const char *oid, const char *buf, size_t data_len, size_t write_len, uint64_t off)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rados_writesame")]
    public static int WriteSame(nint ioContext, byte* name, byte* buffer, nuint dataLen, nuint writeLen, ulong offset)
    {
        try
        {
            return ObjectRequest.Write(ioContext, name, ObjectWrites.WriteSame(offset, writeLen, LentBytes.Copy(buffer, dataLen)));
        }
        catch (Exception error)
        {
            return Failure.Of(error);
        }
    }

    // int rados_append(rados_ioctx_t io, const char *oid, const char *buf, size_t len)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rados_append")]
    public static int Append(nint ioContext, byte* name, byte* buffer, nuint length)
    {
        try
        {
            return ObjectRequest.Write(ioContext, name, ObjectWrites.Append(LentBytes.Copy(buffer, length)));
        }
        catch (Exception error)
        {
            return Failure.Of(error);
        }
    }

    // int rados_read(rados_ioctx_t io, const char *oid, char *buf, size_t len, uint64_t off)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rados_read")]
    public static int Read(nint ioContext, byte* name, byte* buffer, nuint length, ulong offset)
    {
        try
        {
            int count = 0;
            return ObjectRequest.Read(ioContext, name, () => count, LentBytes.ReadInto(buffer, length, offset, (_, read) => count = read));
        }
        catch (Exception error)
        {
            return Failure.Of(error);
        }
    }

    // int rados_stat(rados_ioctx_t io, const char *o, uint64_t *psize, time_t *pmtime)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rados_stat")]
    public static int Stat(nint ioContext, byte* name, ulong* size, long* modified)
    {
        try
        {
            return ObjectRequest.Read(ioContext, name, null, ObjectTimes.Stat(size, modified));
        }
        catch (Exception error)
        {
            return Failure.Of(error);
        }
    }

    // int rados_stat2(rados_ioctx_t io, const char *o, uint64_t *psize, struct timespec *pmtime)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rados_stat2")]
    public static int Stat(nint ioContext, byte* name, ulong* size, TimeSpec* modified)
    {
        try
        {
            return ObjectRequest.Read(ioContext, name, null, ObjectTimes.Stat(size, modified));
        }
        catch (Exception error)
        {
            return Failure.Of(error);
        }
    }

    // int rados_remove(rados_ioctx_t io, const char *oid)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rados_remove")]
    public static int Remove(nint ioContext, byte* name)
    {
        try
        {
            return ObjectRequest.Write(ioContext, name, ObjectWrites.Remove());
        }
        catch (Exception error)
        {
            return Failure.Of(error);
        }
    }

    // int rados_trunc(rados_ioctx_t io, const char *oid, uint64_t size)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rados_trunc")]
    public static int Truncate(nint ioContext, byte* name, ulong size)
    {
        try
        {
            return ObjectRequest.Write(ioContext, name, ObjectWrites.Truncate(size));
        }
        catch (Exception error)
        {
            return Failure.Of(error);
        }
    }

    // int rados_cmpext(rados_ioctx_t io, const char *o, const char *cmp_buf, size_t cmp_len, uint64_t off)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rados_cmpext")]
    public static int Compare(nint ioContext, byte* name, byte* expected, nuint expectedLength, ulong offset)
    {
        try
        {
            return ObjectRequest.Read(ioContext, name, null, ObjectSteps.CompareData(offset, LentBytes.Copy(expected, expectedLength), null));
        }
        catch (Exception error)
        {
            return Failure.Of(error);
        }
    }

    // int rados_checksum(rados_ioctx_t io, const char *oid, rados_checksum_type_t type, const char *init_value, size_t init_value_len, size_t len, uint64_t off, size_t chunk_size, char *pchecksum, size_t checksum_len)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rados_checksum")]
    public static int Checksum(
        nint ioContext, byte* name, int type, byte* initial, nuint initialLength, nuint length, ulong offset, nuint chunkSize, byte* checksum, nuint checksumLen)
    {
        try
        {
            int count = 0;
            ObjectStep step = ObjectChecksums.Step(type, initial, initialLength, offset, length, chunkSize, (_, sums) => count = LentBytes.Put(sums, checksum, checksumLen));
            return ObjectRequest.Read(ioContext, name, () => Math.Min(count, 0), step);
        }
        catch (Exception error)
        {
            return Failure.Of(error);
        }
    }

    // int rados_exec(rados_ioctx_t io, const char *oid, const char *cls, const char *method, const char *in_buf, size_t in_len, char *buf, size_t out_len)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rados_exec")]
    public static int Execute(
        nint ioContext, byte* name, byte* className, byte* method, byte* input, nuint inputLength, byte* buffer, nuint outputLength)
    {
        try
        {
            return ObjectRequest.Read(ioContext, name, null, ObjectClasses.Refuse(className, method, null));
        }
        catch (Exception error)
        {
            return Failure.Of(error);
        }
    }

    // int rados_set_alloc_hint(rados_ioctx_t io, const char *o, uint64_t expected_object_size, uint64_t expected_write_size)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rados_set_alloc_hint")]
    public static int Hint(nint ioContext, byte* name, ulong expectedObjectSize, ulong expectedWriteSize)
    {
        try
        {
            return ObjectRequest.Write(ioContext, name, ObjectWrites.Hint());
        }
        catch (Exception error)
        {
            return Failure.Of(error);
        }
    }

    // int rados_set_alloc_hint2(rados_ioctx_t io, const char *o, uint64_t expected_object_size, uint64_t expected_write_size, uint32_t flags)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rados_set_alloc_hint2")]
    public static int Hint(nint ioContext, byte* name, ulong expectedObjectSize, ulong expectedWriteSize, uint flags)
    {
        try
        {
            return ObjectRequest.Write(ioContext, name, ObjectWrites.Hint());
        }
        catch (Exception error)
        {
            return Failure.Of(error);
        }
    }

    // int rados_rollback(rados_ioctx_t io, const char *oid, const char *snapname)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rados_rollback")]
    public static int Rollback(nint ioContext, byte* name, byte* snapshotName)
    {
        try
        {
            return PoolSnapshots.Missing(ioContext, snapshotName);
        }
        catch (Exception error)
        {
            return Failure.Of(error);
        }
    }
}
