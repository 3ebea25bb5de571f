using System.Runtime.InteropServices;
using System.Text;
using CurveRbd.Rados;

namespace CurveRbd.Native;

/// <summary>Monitor and manager commands: JSON in, bytes out.</summary>
internal static unsafe class Commands
{
    // int rados_mon_command(rados_t cluster, const char **cmd, size_t cmdlen, const char *inbuf, size_t inbuflen, char **outbuf, size_t *outbuflen, char **outs, size_t *outslen)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rados_mon_command")]
    public static int Mon(
        nint cluster, byte** command, nuint count, byte* input, nuint inputLength, byte** output, nuint* outputLength, byte** status, nuint* statusLength)
    {
        try
        {
            Cluster asked = Handles.Clusters.Get(cluster).Cluster;
            return Run(asked.MonCommandAsync, command, count, input, inputLength, output, outputLength, status, statusLength);
        }
        catch (Exception error)
        {
            return Failure.Of(error);
        }
    }

    // int rados_mon_command_target(rados_t cluster, const char *name, const char **cmd, size_t cmdlen, const char *inbuf, size_t inbuflen, char **outbuf, size_t *outbuflen, char **outs, size_t *outslen)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rados_mon_command_target")]
    public static int MonTarget(
        nint cluster, byte* name, byte** command, nuint count, byte* input, nuint inputLength, byte** output, nuint* outputLength, byte** status, nuint* statusLength)
    {
        try
        {
            Cluster asked = Handles.Clusters.Get(cluster).Cluster;
            return Run(asked.MonCommandAsync, command, count, input, inputLength, output, outputLength, status, statusLength);
        }
        catch (Exception error)
        {
            return Failure.Of(error);
        }
    }

    // int rados_mgr_command(rados_t cluster, const char **cmd, size_t cmdlen, const char *inbuf, size_t inbuflen, char **outbuf, size_t *outbuflen, char **outs, size_t *outslen)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rados_mgr_command")]
    public static int Mgr(
        nint cluster, byte** command, nuint count, byte* input, nuint inputLength, byte** output, nuint* outputLength, byte** status, nuint* statusLength)
    {
        try
        {
            Cluster asked = Handles.Clusters.Get(cluster).Cluster;
            return Run(asked.MgrCommandAsync, command, count, input, inputLength, output, outputLength, status, statusLength);
        }
        catch (Exception error)
        {
            return Failure.Of(error);
        }
    }

    // int rados_mgr_command_target(rados_t cluster, const char *name, const char **cmd, size_t cmdlen, const char *inbuf, size_t inbuflen, char **outbuf, size_t *outbuflen, char **outs, size_t *outslen)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rados_mgr_command_target")]
    public static int MgrTarget(
        nint cluster, byte* name, byte** command, nuint count, byte* input, nuint inputLength, byte** output, nuint* outputLength, byte** status, nuint* statusLength)
    {
        try
        {
            Cluster asked = Handles.Clusters.Get(cluster).Cluster;
            return Run(asked.MgrCommandAsync, command, count, input, inputLength, output, outputLength, status, statusLength);
        }
        catch (Exception error)
        {
            return Failure.Of(error);
        }
    }

    // void rados_buffer_free(char *buf)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rados_buffer_free")]
    public static void Free(byte* buffer)
    {
        try
        {
            CString.Free(buffer);
        }
        catch (Exception error)
        {
            Failure.Of(error);
        }
    }

    internal static int Run(
        Func<string, ReadOnlyMemory<byte>, CancellationToken, Task<MonCommandReply>> ask,
        byte** command,
        nuint count,
        byte* input,
        nuint inputLength,
        byte** output,
        nuint* outputLength,
        byte** status,
        nuint* statusLength)
    {
        if (count > 0)
            OutBuffer.ThrowIfNull(command);
        string text = count == 0 ? "" : string.Concat(Enumerable.Range(0, (int)count).Select(i => CString.Text(command[i], "the command")));
        byte[] body = input is null ? [] : new ReadOnlySpan<byte>(input, checked((int)inputLength)).ToArray();
        MonCommandReply reply = Control.Run(() => ask(text, body, CancellationToken.None));
        Put(reply.Output.Span, output, outputLength);
        Put(Encoding.UTF8.GetBytes(reply.Status), status, statusLength);
        return reply.ReturnCode < 0 ? Failure.Of(reply.ReturnCode) : reply.ReturnCode;
    }

    // Any pointer may be NULL: not everybody wants everything.
    internal static void Put(ReadOnlySpan<byte> bytes, byte** buffer, nuint* length)
    {
        if (length is not null)
            *length = (nuint)bytes.Length;
        if (buffer is not null)
            *buffer = CString.Duplicate(bytes);
    }
}
