using System.Net.Sockets;

namespace CurveRbd.Cli.Devices;

/// <summary>The connection between a process and the kernel's nbd module.</summary>
internal static class KernelSocket
{
    /// <returns>Our end, and the descriptor of the kernel's, which the caller closes.</returns>
    public static (Socket Ours, int Kernels) CreatePair()
    {
        Span<int> pair = stackalloc int[2];
        if (Libc.SocketPair(Libc.AddressFamilyUnix, Libc.StreamSocket | Libc.CloseOnExec, 0, ref pair[0]) != 0)
            throw Libc.LastError("socketpair");
        return (new Socket(new SafeSocketHandle(pair[0], ownsHandle: true)), pair[1]);
    }
}
