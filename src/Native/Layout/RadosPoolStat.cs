using System.Runtime.InteropServices;

namespace CurveRbd.Native;

/// <summary>struct rados_pool_stat_t. Programs from before 2019 know the first twelve fields only.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct RadosPoolStat
{
    public const int SizeOfFirstForm = 96;

    public ulong Bytes;
    public ulong Kib;
    public ulong ObjectCount;
    public ulong ObjectClones;
    public ulong ObjectCopies;
    public ulong ObjectsMissingOnPrimary;
    public ulong ObjectsUnfound;
    public ulong ObjectsDegraded;
    public ulong Reads;
    public ulong KibRead;
    public ulong Writes;
    public ulong KibWritten;
    public ulong UserBytes;
    public ulong CompressedBytesOriginal;
    public ulong CompressedBytes;
    public ulong CompressedBytesAllocated;
}
