using System.Runtime.InteropServices;
using CurveRbd.Rados;

namespace CurveRbd.Native;

/// <summary>How full a pool is.</summary>
internal static unsafe class PoolStats
{
    // int rados_ioctx_pool_stat(rados_ioctx_t io, struct rados_pool_stat_t *stats)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rados_ioctx_pool_stat")]
    public static int Stat(nint ioContext, byte* stats)
    {
        try
        {
            return Put(ioContext, stats, sizeof(RadosPoolStat));
        }
        catch (Exception error)
        {
            return Failure.Of(error);
        }
    }

    // The form without a version: int rados_ioctx_pool_stat(rados_ioctx_t io, struct rados_pool_stat_t *stats)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rados_ioctx_pool_stat_base")]
    public static int StatFirstForm(nint ioContext, byte* stats)
    {
        try
        {
            return Put(ioContext, stats, RadosPoolStat.SizeOfFirstForm);
        }
        catch (Exception error)
        {
            return Failure.Of(error);
        }
    }

    private static int Put(nint ioContext, byte* stats, int size)
    {
        OutBuffer.ThrowIfNull(stats);
        OpenIoContext asked = Handles.IoContexts.Get(ioContext);
        PoolStat stat = Control.Run(asked.StatAsync);
        var filled = new RadosPoolStat
        {
            Bytes = stat.StoredBytes,
            Kib = (stat.StoredBytes + 1023) / 1024,
            ObjectCount = stat.ObjectCount,
            ObjectCopies = stat.ObjectCount,
            UserBytes = stat.StoredBytes,
        };
        new ReadOnlySpan<byte>(&filled, size).CopyTo(new Span<byte>(stats, size));
        return 0;
    }
}
