using System.Runtime.InteropServices;
using CurveRbd.Rados;
using CurveRbd.Store;

namespace CurveRbd.Native;

/// <summary>Operations of several steps that look at an object.</summary>
internal static unsafe class ReadOperations
{
    // rados_read_op_t rados_create_read_op(void)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rados_create_read_op")]
    public static nint Create()
    {
        try
        {
            return Handles.ReadOperations.Add(new ObjectOperation());
        }
        catch (Exception error)
        {
            Failure.Of(error);
            return 0;
        }
    }

    // void rados_release_read_op(rados_read_op_t read_op)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rados_release_read_op")]
    public static void Release(nint operation)
    {
        try
        {
            Handles.ReadOperations.TryRemove(operation, out _);
        }
        catch (Exception error)
        {
            Failure.Of(error);
        }
    }

    // void rados_read_op_set_flags(rados_read_op_t read_op, int flags)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rados_read_op_set_flags")]
    public static void SetFlags(nint operation, int flags)
    {
        try
        {
            Handles.ReadOperations.Get(operation).SetFlags(flags);
        }
        catch (Exception error)
        {
            Failure.Of(error);
        }
    }

    // void rados_read_op_assert_exists(rados_read_op_t read_op)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rados_read_op_assert_exists")]
    public static void AssertExists(nint operation)
    {
        try
        {
            Handles.ReadOperations.Get(operation).Add(ObjectSteps.AssertExists());
        }
        catch (Exception error)
        {
            Failure.Of(error);
        }
    }

    // void rados_read_op_assert_version(rados_read_op_t read_op, uint64_t ver)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rados_read_op_assert_version")]
    public static void AssertVersion(nint operation, ulong version)
    {
        try
        {
            Handles.ReadOperations.Get(operation).Add(ObjectSteps.AssertVersion(version));
        }
        catch (Exception error)
        {
            Failure.Of(error);
        }
    }

    // void rados_read_op_cmpext(rados_read_op_t read_op, const char *cmp_buf, size_t cmp_len, uint64_t off, int *prval)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rados_read_op_cmpext")]
    public static void Compare(nint operation, byte* expected, nuint expectedLength, ulong offset, int* result)
    {
        try
        {
            Handles.ReadOperations.Get(operation).Add(ObjectSteps.CompareData(offset, LentBytes.Copy(expected, expectedLength), LentBytes.Into(result)));
        }
        catch (Exception error)
        {
            Failure.Of(error);
        }
    }

    // void rados_read_op_cmpxattr(rados_read_op_t read_op, const char *name, uint8_t comparison_operator, const char *value, size_t value_len)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rados_read_op_cmpxattr")]
    public static void CompareAttribute(nint operation, byte* name, byte comparisonOperator, byte* value, nuint valueLength)
    {
        try
        {
            ByteName attribute = CString.Name(name, "the attribute's name");
            Handles.ReadOperations.Get(operation).Add(
                ObjectSteps.CompareAttribute(attribute, (ObjectComparison)comparisonOperator, LentBytes.Copy(value, valueLength)));
        }
        catch (Exception error)
        {
            Failure.Of(error);
        }
    }

    // void rados_read_op_omap_cmp(rados_read_op_t read_op, const char *key, uint8_t comparison_operator, const char *val, size_t val_len, int *prval)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rados_read_op_omap_cmp")]
    public static void CompareOmap(nint operation, byte* key, byte comparisonOperator, byte* value, nuint valueLength, int* result)
    {
        try
        {
            Handles.ReadOperations.Get(operation).Add(ObjectSteps.CompareOmap(
                CString.Name(key, "the key"), (ObjectComparison)comparisonOperator, LentBytes.Copy(value, valueLength), LentBytes.Into(result)));
        }
        catch (Exception error)
        {
            Failure.Of(error);
        }
    }

    // void rados_read_op_omap_cmp2(rados_read_op_t read_op, const char *key, uint8_t comparison_operator, const char *val, size_t key_len, size_t val_len, int *prval)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rados_read_op_omap_cmp2")]
    public static void CompareOmap(nint operation, byte* key, byte comparisonOperator, byte* value, nuint keyLength, nuint valueLength, int* result)
    {
        try
        {
            Handles.ReadOperations.Get(operation).Add(ObjectSteps.CompareOmap(
                LentBytes.Name(key, keyLength), (ObjectComparison)comparisonOperator, LentBytes.Copy(value, valueLength), LentBytes.Into(result)));
        }
        catch (Exception error)
        {
            Failure.Of(error);
        }
    }

    // void rados_read_op_getxattrs(rados_read_op_t read_op, rados_xattrs_iter_t *iter, int *prval)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rados_read_op_getxattrs")]
    public static void GetAttributes(nint operation, nint* iterator, int* result)
    {
        try
        {
            Handles.ReadOperations.Get(operation).Add(ObjectIterators.Attributes(iterator, result));
        }
        catch (Exception error)
        {
            Failure.Of(error);
        }
    }

    // void rados_read_op_stat(rados_read_op_t read_op, uint64_t *psize, time_t *pmtime, int *prval)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rados_read_op_stat")]
    public static void Stat(nint operation, ulong* size, long* modified, int* result)
    {
        try
        {
            Handles.ReadOperations.Get(operation).Add(ObjectTimes.Stat(size, modified, result));
        }
        catch (Exception error)
        {
            Failure.Of(error);
        }
    }

    // void rados_read_op_stat2(rados_read_op_t read_op, uint64_t *psize, struct timespec *pmtime, int *prval)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rados_read_op_stat2")]
    public static void Stat(nint operation, ulong* size, TimeSpec* modified, int* result)
    {
        try
        {
            Handles.ReadOperations.Get(operation).Add(ObjectTimes.Stat(size, modified, result));
        }
        catch (Exception error)
        {
            Failure.Of(error);
        }
    }

    // void rados_read_op_read(rados_read_op_t read_op, uint64_t offset, size_t len, char *buffer, size_t *bytes_read, int *prval)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rados_read_op_read")]
    public static void Read(nint operation, ulong offset, nuint length, byte* buffer, nuint* bytesRead, int* result)
    {
        try
        {
            Handles.ReadOperations.Get(operation).Add(LentBytes.ReadInto(buffer, length, offset, (code, read) =>
            {
                if (bytesRead is not null)
                    *bytesRead = (nuint)read;
                LentBytes.Into(result)?.Invoke(code);
            }));
        }
        catch (Exception error)
        {
            Failure.Of(error);
        }
    }

    // void rados_read_op_checksum(rados_read_op_t read_op, rados_checksum_type_t type, const char *init_value, size_t init_value_len, uint64_t offset, size_t len, size_t chunk_size, char *pchecksum, size_t checksum_len, int *prval)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rados_read_op_checksum")]
    public static void Checksum(
        nint operation, int type, byte* initial, nuint initialLength, ulong offset, nuint length, nuint chunkSize, byte* checksum, nuint checksumLen, int* result)
    {
        try
        {
            Handles.ReadOperations.Get(operation).Add(ObjectChecksums.Step(type, initial, initialLength, offset, length, chunkSize, (code, sums) =>
                LentBytes.Into(result)?.Invoke(code < 0 ? code : Math.Min(LentBytes.Put(sums, checksum, checksumLen), 0))));
        }
        catch (Exception error)
        {
            Failure.Of(error);
        }
    }

    // void rados_read_op_exec(rados_read_op_t read_op, const char *cls, const char *method, const char *in_buf, size_t in_len, char **out_buf, size_t *out_len, int *prval)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rados_read_op_exec")]
    public static void Execute(
        nint operation, byte* className, byte* method, byte* input, nuint inputLength, byte** output, nuint* outputLength, int* result)
    {
        try
        {
            Handles.ReadOperations.Get(operation).Add(ObjectClasses.Refuse(className, method, LentBytes.Into(result)));
        }
        catch (Exception error)
        {
            Failure.Of(error);
        }
    }

    // void rados_read_op_exec_user_buf(rados_read_op_t read_op, const char *cls, const char *method, const char *in_buf, size_t in_len, char *out_buf, size_t out_len, size_t *used_len, int *prval)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rados_read_op_exec_user_buf")]
    public static void ExecuteInto(
        nint operation, byte* className, byte* method, byte* input, nuint inputLength, byte* output, nuint outputLength, nuint* usedLen, int* result)
    {
        try
        {
            Handles.ReadOperations.Get(operation).Add(ObjectClasses.Refuse(className, method, LentBytes.Into(result)));
        }
        catch (Exception error)
        {
            Failure.Of(error);
        }
    }

    // void rados_read_op_omap_get_vals(rados_read_op_t read_op, const char *start_after, const char *filter_prefix, uint64_t max_return, rados_omap_iter_t *iter, int *prval)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rados_read_op_omap_get_vals")]
    public static void GetOmap(nint operation, byte* startAfter, byte* filterPrefix, ulong maxReturn, nint* iterator, int* result)
    {
        try
        {
            ByteName after = CString.NameOrNull(startAfter) ?? ByteName.Empty;
            ByteName prefix = CString.NameOrNull(filterPrefix) ?? ByteName.Empty;
            Handles.ReadOperations.Get(operation).Add(ObjectIterators.Omap(after, prefix, maxReturn, iterator, null, result));
        }
        catch (Exception error)
        {
            Failure.Of(error);
        }
    }

    // void rados_read_op_omap_get_vals2(rados_read_op_t read_op, const char *start_after, const char *filter_prefix, uint64_t max_return, rados_omap_iter_t *iter, unsigned char *pmore, int *prval)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rados_read_op_omap_get_vals2")]
    public static void GetOmap(nint operation, byte* startAfter, byte* filterPrefix, ulong maxReturn, nint* iterator, byte* hasMore, int* result)
    {
        try
        {
            ByteName after = CString.NameOrNull(startAfter) ?? ByteName.Empty;
            ByteName prefix = CString.NameOrNull(filterPrefix) ?? ByteName.Empty;
            Handles.ReadOperations.Get(operation).Add(ObjectIterators.Omap(after, prefix, maxReturn, iterator, hasMore, result));
        }
        catch (Exception error)
        {
            Failure.Of(error);
        }
    }

    // void rados_read_op_omap_get_keys(rados_read_op_t read_op, const char *start_after, uint64_t max_return, rados_omap_iter_t *iter, int *prval)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rados_read_op_omap_get_keys")]
    public static void GetOmapKeys(nint operation, byte* startAfter, ulong maxReturn, nint* iterator, int* result)
    {
        try
        {
            ByteName after = CString.NameOrNull(startAfter) ?? ByteName.Empty;
            Handles.ReadOperations.Get(operation).Add(ObjectIterators.OmapKeys(after, maxReturn, iterator, null, result));
        }
        catch (Exception error)
        {
            Failure.Of(error);
        }
    }

    // void rados_read_op_omap_get_keys2(rados_read_op_t read_op, const char *start_after, uint64_t max_return, rados_omap_iter_t *iter, unsigned char *pmore, int *prval)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rados_read_op_omap_get_keys2")]
    public static void GetOmapKeys(nint operation, byte* startAfter, ulong maxReturn, nint* iterator, byte* hasMore, int* result)
    {
        try
        {
            ByteName after = CString.NameOrNull(startAfter) ?? ByteName.Empty;
            Handles.ReadOperations.Get(operation).Add(ObjectIterators.OmapKeys(after, maxReturn, iterator, hasMore, result));
        }
        catch (Exception error)
        {
            Failure.Of(error);
        }
    }

    // void rados_read_op_omap_get_vals_by_keys(rados_read_op_t read_op, char const *const *keys, size_t keys_len, rados_omap_iter_t *iter, int *prval)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rados_read_op_omap_get_vals_by_keys")]
    public static void GetOmapByKeys(nint operation, byte** keys, nuint count, nint* iterator, int* result)
    {
        try
        {
            Handles.ReadOperations.Get(operation).Add(ObjectIterators.OmapByKeys(LentBytes.Names(keys, null, count), iterator, result));
        }
        catch (Exception error)
        {
            Failure.Of(error);
        }
    }

    // void rados_read_op_omap_get_vals_by_keys2(rados_read_op_t read_op, char const *const *keys, size_t num_keys, const size_t *key_lens, rados_omap_iter_t *iter, int *prval)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rados_read_op_omap_get_vals_by_keys2")]
    public static void GetOmapByKeys(nint operation, byte** keys, nuint count, nuint* keyLengths, nint* iterator, int* result)
    {
        try
        {
            Handles.ReadOperations.Get(operation).Add(ObjectIterators.OmapByKeys(LentBytes.Names(keys, keyLengths, count), iterator, result));
        }
        catch (Exception error)
        {
            Failure.Of(error);
        }
    }

    // int rados_read_op_operate(rados_read_op_t read_op, rados_ioctx_t io, const char *oid, int flags)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rados_read_op_operate")]
    public static int Operate(nint operation, nint ioContext, byte* name, int flags)
    {
        try
        {
            return ObjectRequest.Read(ioContext, name, null, Handles.ReadOperations.Get(operation).Steps);
        }
        catch (Exception error)
        {
            return Failure.Of(error);
        }
    }

    // int rados_aio_read_op_operate(rados_read_op_t read_op, rados_ioctx_t io, rados_completion_t completion, const char *oid, int flags)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rados_aio_read_op_operate")]
    public static int AioOperate(nint operation, nint ioContext, nint completion, byte* name, int flags)
    {
        try
        {
            return ObjectRequest.AioRead(ioContext, name, completion, null, Handles.ReadOperations.Get(operation).Steps);
        }
        catch (Exception error)
        {
            return Failure.Of(error);
        }
    }
}
