using System.Runtime.InteropServices;
using CurveRbd.Rados;
using CurveRbd.Store;

namespace CurveRbd.Native;

/// <summary>Operations of several steps that change an object, all or none.</summary>
internal static unsafe class WriteOperations
{
    // rados_write_op_t rados_create_write_op(void)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rados_create_write_op")]
    public static nint Create()
    {
        try
        {
            return Handles.WriteOperations.Add(new ObjectOperation());
        }
        catch (Exception error)
        {
            Failure.Of(error);
            return 0;
        }
    }

    // void rados_release_write_op(rados_write_op_t write_op)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rados_release_write_op")]
    public static void Release(nint operation)
    {
        try
        {
            Handles.WriteOperations.TryRemove(operation, out _);
        }
        catch (Exception error)
        {
            Failure.Of(error);
        }
    }

    // void rados_write_op_set_flags(rados_write_op_t write_op, int flags)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rados_write_op_set_flags")]
    public static void SetFlags(nint operation, int flags)
    {
        try
        {
            Handles.WriteOperations.Get(operation).SetFlags(flags);
        }
        catch (Exception error)
        {
            Failure.Of(error);
        }
    }

    // void rados_write_op_assert_exists(rados_write_op_t write_op)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rados_write_op_assert_exists")]
    public static void AssertExists(nint operation)
    {
        try
        {
            Handles.WriteOperations.Get(operation).Add(ObjectSteps.AssertExists());
        }
        catch (Exception error)
        {
            Failure.Of(error);
        }
    }

    // void rados_write_op_assert_version(rados_write_op_t write_op, uint64_t ver)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rados_write_op_assert_version")]
    public static void AssertVersion(nint operation, ulong version)
    {
        try
        {
            Handles.WriteOperations.Get(operation).Add(ObjectSteps.AssertVersion(version));
        }
        catch (Exception error)
        {
            Failure.Of(error);
        }
    }

    // void rados_write_op_cmpext(rados_write_op_t write_op, const char *cmp_buf, size_t cmp_len, uint64_t off, int *prval)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rados_write_op_cmpext")]
    public static void Compare(nint operation, byte* expected, nuint expectedLength, ulong offset, int* result)
    {
        try
        {
            Handles.WriteOperations.Get(operation).Add(ObjectSteps.CompareData(offset, LentBytes.Copy(expected, expectedLength), LentBytes.Into(result)));
        }
        catch (Exception error)
        {
            Failure.Of(error);
        }
    }

    // void rados_write_op_cmpxattr(rados_write_op_t write_op, const char *name, uint8_t comparison_operator, const char *value, size_t value_len)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rados_write_op_cmpxattr")]
    public static void CompareAttribute(nint operation, byte* name, byte comparisonOperator, byte* value, nuint valueLength)
    {
        try
        {
            ByteName attribute = CString.Name(name, "the attribute's name");
            Handles.WriteOperations.Get(operation).Add(
                ObjectSteps.CompareAttribute(attribute, (ObjectComparison)comparisonOperator, LentBytes.Copy(value, valueLength)));
        }
        catch (Exception error)
        {
            Failure.Of(error);
        }
    }

    // void rados_write_op_omap_cmp(rados_write_op_t write_op, const char *key, uint8_t comparison_operator, const char *val, size_t val_len, int *prval)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rados_write_op_omap_cmp")]
    public static void CompareOmap(nint operation, byte* key, byte comparisonOperator, byte* value, nuint valueLength, int* result)
    {
        try
        {
            Handles.WriteOperations.Get(operation).Add(ObjectSteps.CompareOmap(
                CString.Name(key, "the key"), (ObjectComparison)comparisonOperator, LentBytes.Copy(value, valueLength), LentBytes.Into(result)));
        }
        catch (Exception error)
        {
            Failure.Of(error);
        }
    }

    // void rados_write_op_omap_cmp2(rados_write_op_t write_op, const char *key, uint8_t comparison_operator, const char *val, size_t key_len, size_t val_len, int *prval)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rados_write_op_omap_cmp2")]
    public static void CompareOmap(nint operation, byte* key, byte comparisonOperator, byte* value, nuint keyLength, nuint valueLength, int* result)
    {
        try
        {
            Handles.WriteOperations.Get(operation).Add(ObjectSteps.CompareOmap(
                LentBytes.Name(key, keyLength), (ObjectComparison)comparisonOperator, LentBytes.Copy(value, valueLength), LentBytes.Into(result)));
        }
        catch (Exception error)
        {
            Failure.Of(error);
        }
    }

    // void rados_write_op_create(rados_write_op_t write_op, int exclusive, const char *category)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rados_write_op_create")]
    public static void CreateObject(nint operation, int isExclusive, byte* category)
    {
        try
        {
            Handles.WriteOperations.Get(operation).Add(ObjectWrites.Create(isExclusive != 0));
        }
        catch (Exception error)
        {
            Failure.Of(error);
        }
    }

    // void rados_write_op_write(rados_write_op_t write_op, const char *buffer, size_t len, uint64_t offset)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rados_write_op_write")]
    public static void Write(nint operation, byte* buffer, nuint length, ulong offset)
    {
        try
        {
            Handles.WriteOperations.Get(operation).Add(ObjectWrites.Write(offset, LentBytes.Copy(buffer, length)));
        }
        catch (Exception error)
        {
            Failure.Of(error);
        }
    }

    // void rados_write_op_write_full(rados_write_op_t write_op, const char *buffer, size_t len)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rados_write_op_write_full")]
    public static void WriteFull(nint operation, byte* buffer, nuint length)
    {
        try
        {
            Handles.WriteOperations.Get(operation).Add(ObjectWrites.WriteFull(LentBytes.Copy(buffer, length)));
        }
        catch (Exception error)
        {
            Failure.Of(error);
        }
    }

    // void rados_write_op_writesame(rados_write_op_t write_op, const char *buffer, size_t data_len, size_t write_len, uint64_t offset)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rados_write_op_writesame")]
    public static void WriteSame(nint operation, byte* buffer, nuint dataLen, nuint writeLen, ulong offset)
    {
        try
        {
            Handles.WriteOperations.Get(operation).Add(ObjectWrites.WriteSame(offset, writeLen, LentBytes.Copy(buffer, dataLen)));
        }
        catch (Exception error)
        {
            Failure.Of(error);
        }
    }

    // void rados_write_op_append(rados_write_op_t write_op, const char *buffer, size_t len)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rados_write_op_append")]
    public static void Append(nint operation, byte* buffer, nuint length)
    {
        try
        {
            Handles.WriteOperations.Get(operation).Add(ObjectWrites.Append(LentBytes.Copy(buffer, length)));
        }
        catch (Exception error)
        {
            Failure.Of(error);
        }
    }

    // void rados_write_op_remove(rados_write_op_t write_op)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rados_write_op_remove")]
    public static void Remove(nint operation)
    {
        try
        {
            Handles.WriteOperations.Get(operation).Add(ObjectWrites.Remove());
        }
        catch (Exception error)
        {
            Failure.Of(error);
        }
    }

    // void rados_write_op_truncate(rados_write_op_t write_op, uint64_t offset)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rados_write_op_truncate")]
    public static void Truncate(nint operation, ulong offset)
    {
        try
        {
            Handles.WriteOperations.Get(operation).Add(ObjectWrites.Truncate(offset));
        }
        catch (Exception error)
        {
            Failure.Of(error);
        }
    }

    // void rados_write_op_zero(rados_write_op_t write_op, uint64_t offset, uint64_t len)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rados_write_op_zero")]
    public static void Zero(nint operation, ulong offset, ulong length)
    {
        try
        {
            Handles.WriteOperations.Get(operation).Add(ObjectWrites.Zero(offset, length));
        }
        catch (Exception error)
        {
            Failure.Of(error);
        }
    }

    // void rados_write_op_setxattr(rados_write_op_t write_op, const char *name, const char *value, size_t value_len)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rados_write_op_setxattr")]
    public static void SetAttribute(nint operation, byte* name, byte* value, nuint valueLength)
    {
        try
        {
            Handles.WriteOperations.Get(operation).Add(ObjectWrites.SetAttribute(CString.Name(name, "the attribute's name"), LentBytes.Copy(value, valueLength)));
        }
        catch (Exception error)
        {
            Failure.Of(error);
        }
    }

    // void rados_write_op_rmxattr(rados_write_op_t write_op, const char *name)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rados_write_op_rmxattr")]
    public static void RemoveAttribute(nint operation, byte* name)
    {
        try
        {
            Handles.WriteOperations.Get(operation).Add(ObjectWrites.RemoveAttribute(CString.Name(name, "the attribute's name")));
        }
        catch (Exception error)
        {
            Failure.Of(error);
        }
    }

    // void rados_write_op_omap_set(rados_write_op_t write_op, char const *const *keys, char const *const *vals, const size_t *lens, size_t num)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rados_write_op_omap_set")]
    public static void SetOmap(nint operation, byte** keys, byte** values, nuint* valueLengths, nuint count)
    {
        try
        {
            Handles.WriteOperations.Get(operation).Add(ObjectWrites.SetOmap(LentBytes.Pairs(keys, values, null, valueLengths, count)));
        }
        catch (Exception error)
        {
            Failure.Of(error);
        }
    }

    // void rados_write_op_omap_set2(rados_write_op_t write_op, char const *const *keys, char const *const *vals, const size_t *key_lens, const size_t *val_lens, size_t num)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rados_write_op_omap_set2")]
    public static void SetOmap(nint operation, byte** keys, byte** values, nuint* keyLengths, nuint* valueLengths, nuint count)
    {
        try
        {
            Handles.WriteOperations.Get(operation).Add(ObjectWrites.SetOmap(LentBytes.Pairs(keys, values, keyLengths, valueLengths, count)));
        }
        catch (Exception error)
        {
            Failure.Of(error);
        }
    }

    // void rados_write_op_omap_rm_keys(rados_write_op_t write_op, char const *const *keys, size_t keys_len)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rados_write_op_omap_rm_keys")]
    public static void RemoveOmap(nint operation, byte** keys, nuint count)
    {
        try
        {
            Handles.WriteOperations.Get(operation).Add(ObjectWrites.RemoveOmap(LentBytes.Names(keys, null, count)));
        }
        catch (Exception error)
        {
            Failure.Of(error);
        }
    }

    // void rados_write_op_omap_rm_keys2(rados_write_op_t write_op, char const *const *keys, const size_t *key_lens, size_t keys_len)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rados_write_op_omap_rm_keys2")]
    public static void RemoveOmap(nint operation, byte** keys, nuint* keyLengths, nuint count)
    {
        try
        {
            Handles.WriteOperations.Get(operation).Add(ObjectWrites.RemoveOmap(LentBytes.Names(keys, keyLengths, count)));
        }
        catch (Exception error)
        {
            Failure.Of(error);
        }
    }

    // void rados_write_op_omap_rm_range2(rados_write_op_t write_op, const char *key_begin, size_t key_begin_len, const char *key_end, size_t key_end_len)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rados_write_op_omap_rm_range2")]
    public static void RemoveOmapRange(nint operation, byte* keyBegin, nuint keyBeginLen, byte* keyEnd, nuint keyEndLen)
    {
        try
        {
            Handles.WriteOperations.Get(operation).Add(ObjectWrites.RemoveOmapRange(LentBytes.Name(keyBegin, keyBeginLen), LentBytes.Name(keyEnd, keyEndLen)));
        }
        catch (Exception error)
        {
            Failure.Of(error);
        }
    }

    // void rados_write_op_omap_clear(rados_write_op_t write_op)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rados_write_op_omap_clear")]
    public static void ClearOmap(nint operation)
    {
        try
        {
            Handles.WriteOperations.Get(operation).Add(ObjectWrites.ClearOmap());
        }
        catch (Exception error)
        {
            Failure.Of(error);
        }
    }

    // void rados_write_op_exec(rados_write_op_t write_op, const char *cls, const char *method, const char *in_buf, size_t in_len, int *prval)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rados_write_op_exec")]
    public static void Execute(nint operation, byte* className, byte* method, byte* input, nuint inputLength, int* result)
    {
        try
        {
            Handles.WriteOperations.Get(operation).Add(ObjectClasses.Refuse(className, method, LentBytes.Into(result)));
        }
        catch (Exception error)
        {
            Failure.Of(error);
        }
    }

    // void rados_write_op_set_alloc_hint(rados_write_op_t write_op, uint64_t expected_object_size, uint64_t expected_write_size)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rados_write_op_set_alloc_hint")]
    public static void Hint(nint operation, ulong expectedObjectSize, ulong expectedWriteSize)
    {
        try
        {
            Handles.WriteOperations.Get(operation).Add(ObjectWrites.Hint());
        }
        catch (Exception error)
        {
            Failure.Of(error);
        }
    }

    // void rados_write_op_set_alloc_hint2(rados_write_op_t write_op, uint64_t expected_object_size, uint64_t expected_write_size, uint32_t flags)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rados_write_op_set_alloc_hint2")]
    public static void Hint(nint operation, ulong expectedObjectSize, ulong expectedWriteSize, uint flags)
    {
        try
        {
            Handles.WriteOperations.Get(operation).Add(ObjectWrites.Hint());
        }
        catch (Exception error)
        {
            Failure.Of(error);
        }
    }

    // int rados_write_op_operate(rados_write_op_t write_op, rados_ioctx_t io, const char *oid, time_t *mtime, int flags)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rados_write_op_operate")]
    public static int Operate(nint operation, nint ioContext, byte* name, long* modified, int flags)
    {
        try
        {
            return ObjectRequest.Write(ioContext, name, ObjectTimes.OrNull(modified), Handles.WriteOperations.Get(operation).Steps);
        }
        catch (Exception error)
        {
            return Failure.Of(error);
        }
    }

    // int rados_write_op_operate2(rados_write_op_t write_op, rados_ioctx_t io, const char *oid, struct timespec *mtime, int flags)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rados_write_op_operate2")]
    public static int Operate(nint operation, nint ioContext, byte* name, TimeSpec* modified, int flags)
    {
        try
        {
            return ObjectRequest.Write(ioContext, name, ObjectTimes.OrNull(modified), Handles.WriteOperations.Get(operation).Steps);
        }
        catch (Exception error)
        {
            return Failure.Of(error);
        }
    }

    // int rados_aio_write_op_operate(rados_write_op_t write_op, rados_ioctx_t io, rados_completion_t completion, const char *oid, time_t *mtime, int flags)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rados_aio_write_op_operate")]
    public static int AioOperate(nint operation, nint ioContext, nint completion, byte* name, long* modified, int flags)
    {
        try
        {
            ObjectStep[] steps = Handles.WriteOperations.Get(operation).Steps;
            return ObjectRequest.AioWrite(ioContext, name, completion, ObjectTimes.OrNull(modified), steps);
        }
        catch (Exception error)
        {
            return Failure.Of(error);
        }
    }

    // int rados_aio_write_op_operate2(rados_write_op_t write_op, rados_ioctx_t io, rados_completion_t completion, const char *oid, struct timespec *mtime, int flags)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rados_aio_write_op_operate2")]
    public static int AioOperate(nint operation, nint ioContext, nint completion, byte* name, TimeSpec* modified, int flags)
    {
        try
        {
            ObjectStep[] steps = Handles.WriteOperations.Get(operation).Steps;
            return ObjectRequest.AioWrite(ioContext, name, completion, ObjectTimes.OrNull(modified), steps);
        }
        catch (Exception error)
        {
            return Failure.Of(error);
        }
    }
}
