using System.Runtime.InteropServices;
using CurveRbd.Rados;
using CurveRbd.Store;

namespace CurveRbd.Native;

/// <summary>Telling the watchers of an object.</summary>
internal static unsafe class Notifications
{
    // int rados_notify(rados_ioctx_t io, const char *o, uint64_t ver, const char *buf, int buf_len)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rados_notify")]
    public static int Notify(nint ioContext, byte* name, ulong version, byte* buffer, int length)
    {
        try
        {
            OpenIoContext open = Handles.IoContexts.Get(ioContext);
            ObjectId id = Identify(open, name);
            byte[] payload = LentBytes.Copy(buffer, (nuint)Math.Max(length, 0));
            Control.Run(() => open.Context.Objects.NotifyAsync(id, payload, TimeSpan.Zero, CancellationToken.None));
            return 0;
        }
        catch (Exception error)
        {
            return Failure.Of(error);
        }
    }

    // int rados_notify2(rados_ioctx_t io, const char *o, const char *buf, int buf_len, uint64_t timeout_ms, char **reply_buffer, size_t *reply_buffer_len)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rados_notify2")]
    public static int Notify(nint ioContext, byte* name, byte* buffer, int length, ulong timeoutMs, byte** replyBuffer, nuint* replyBufferLen)
    {
        try
        {
            OpenIoContext open = Handles.IoContexts.Get(ioContext);
            ObjectId id = Identify(open, name);
            byte[] payload = LentBytes.Copy(buffer, (nuint)Math.Max(length, 0));
            NotifyReply reply = Control.Run(() => open.Context.Objects.NotifyAsync(id, payload, Timeout(timeoutMs), CancellationToken.None));
            return Tell(reply, replyBuffer, replyBufferLen) is var code && code < 0 ? Failure.Of(code) : code;
        }
        catch (Exception error)
        {
            return Failure.Of(error);
        }
    }

    // int rados_aio_notify(rados_ioctx_t io, const char *o, rados_completion_t completion, const char *buf, int buf_len, uint64_t timeout_ms, char **reply_buffer, size_t *reply_buffer_len)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rados_aio_notify")]
    public static int AioNotify(
        nint ioContext, byte* name, nint completion, byte* buffer, int length, ulong timeoutMs, byte** replyBuffer, nuint* replyBufferLen)
    {
        try
        {
            OpenIoContext open = Handles.IoContexts.Get(ioContext);
            ObjectId id = Identify(open, name);
            byte[] payload = LentBytes.Copy(buffer, (nuint)Math.Max(length, 0));
            TimeSpan timeout = Timeout(timeoutMs);
            return ObjectRequest.Begin(open, completion, () => Told(
                open.Context.Objects.NotifyAsync(id, payload, timeout, CancellationToken.None), replyBuffer, replyBufferLen));
        }
        catch (Exception error)
        {
            return Failure.Of(error);
        }
    }

    // int rados_notify_ack(rados_ioctx_t io, const char *o, uint64_t notify_id, uint64_t cookie, const char *buf, int buf_len)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rados_notify_ack")]
    public static int Acknowledge(nint ioContext, byte* name, ulong notifyId, ulong cookie, byte* buffer, int length)
    {
        try
        {
            Handles.IoContexts.Get(ioContext);
            byte[] answer = LentBytes.Copy(buffer, (nuint)Math.Max(length, 0));
            if (Handles.Watches.TryGet((nint)cookie, out OpenWatch? watch))
                Control.Run(() => watch.AcknowledgeAsync(notifyId, answer));
            return 0;
        }
        catch (Exception error)
        {
            return Failure.Of(error);
        }
    }

    // int rados_decode_notify_response(char *reply_buffer, size_t reply_buffer_len, struct notify_ack_t **acks, size_t *nr_acks, struct notify_timeout_t **timeouts, size_t *nr_timeouts)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rados_decode_notify_response")]
    public static int Decode(byte* replyBuffer, nuint replyBufferLen, NotifyAnswer** acks, nuint* nrAcks, NotifyTimeout** timeouts, nuint* nrTimeouts)
    {
        try
        {
            OutBuffer.ThrowIfNull(acks);
            OutBuffer.ThrowIfNull(nrAcks);
            NotifyReply reply = replyBuffer is null ? new NotifyReply([], []) : NotifyReply.Decode(new ReadOnlySpan<byte>(replyBuffer, checked((int)replyBufferLen)));
            *nrAcks = (nuint)reply.Acknowledged.Count;
            *acks = Answers(reply.Acknowledged);
            if (nrTimeouts is not null)
                *nrTimeouts = (nuint)reply.Missing.Count;
            if (timeouts is not null)
                *timeouts = Timeouts(reply.Missing);
            return 0;
        }
        catch (Exception error)
        {
            return Failure.Of(error);
        }
    }

    // void rados_free_notify_response(struct notify_ack_t *acks, size_t nr_acks, struct notify_timeout_t *timeouts)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rados_free_notify_response")]
    public static void Free(NotifyAnswer* acks, nuint nrAcks, NotifyTimeout* timeouts)
    {
        try
        {
            for (nuint i = 0; acks is not null && i < nrAcks; i++)
                CString.Free(acks[i].Payload);
            CString.Free(acks);
            CString.Free(timeouts);
        }
        catch (Exception error)
        {
            Failure.Of(error);
        }
    }

    private static ObjectId Identify(OpenIoContext ioContext, byte* name) =>
        ioContext.Context.Objects.Identify(CString.Name(name, "the object's name"));

    private static TimeSpan Timeout(ulong milliseconds) => TimeSpan.FromMilliseconds(Math.Min(milliseconds, int.MaxValue));

    private static Task<int> Told(Task<NotifyReply> notifying, byte** buffer, nuint* length) => notifying.ContinueWith(
        told => Tell(told.GetAwaiter().GetResult(), buffer, length),
        CancellationToken.None,
        TaskContinuationOptions.ExecuteSynchronously,
        TaskScheduler.Default);

    // Whoever answered is told also when others did not.
    private static int Tell(NotifyReply reply, byte** buffer, nuint* length)
    {
        byte[] encoded = reply.Encode();
        if (buffer is not null)
            *buffer = CString.Duplicate(encoded);
        if (length is not null)
            *length = (nuint)encoded.Length;
        return reply.Missing.Count == 0 ? 0 : -(int)Errno.ETIMEDOUT;
    }

    private static NotifyAnswer* Answers(IReadOnlyList<KeyValuePair<ObjectWatcherId, byte[]>> acknowledged)
    {
        if (acknowledged.Count == 0)
            return null;
        var answers = (NotifyAnswer*)NativeMemory.Alloc((nuint)acknowledged.Count, (nuint)sizeof(NotifyAnswer));
        for (int i = 0; i < acknowledged.Count; i++)
        {
            (ObjectWatcherId watcher, byte[] answer) = acknowledged[i];
            answers[i] = new NotifyAnswer
            {
                Client = watcher.Client,
                Cookie = watcher.Cookie,
                Payload = CString.Duplicate(answer),
                PayloadLength = (ulong)answer.Length,
            };
        }

        return answers;
    }

    private static NotifyTimeout* Timeouts(IReadOnlyList<ObjectWatcherId> missing)
    {
        if (missing.Count == 0)
            return null;
        var timeouts = (NotifyTimeout*)NativeMemory.Alloc((nuint)missing.Count, (nuint)sizeof(NotifyTimeout));
        for (int i = 0; i < missing.Count; i++)
            timeouts[i] = new NotifyTimeout { Client = missing[i].Client, Cookie = missing[i].Cookie };
        return timeouts;
    }
}
