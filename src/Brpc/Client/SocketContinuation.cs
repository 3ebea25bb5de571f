using System.Net.Sockets;
using System.Runtime.CompilerServices;

namespace CurveRbd.Brpc;

/// <summary>
/// Lets the thread that waits for all sockets run what waits for this one, instead of waking another thread to do it: a third of a small
/// request's latency. What runs there must not block; a read loop does not, and hands on what might.
/// </summary>
internal static class SocketContinuation
{
    /// <summary>.NET offers this for all sockets of a process only (DOTNET_SYSTEM_NET_SOCKETS_INLINE_COMPLETIONS), which belongs to others too.</summary>
    /// <returns>false: this .NET has no such thing, which is slower, not wrong.</returns>
    public static bool TryRunInline(Socket socket)
    {
        try
        {
            SetPreferInlineCompletions(socket.SafeHandle, true);
            return true;
        }
        catch (MissingMethodException)
        {
            return false;
        }
    }

    [UnsafeAccessor(UnsafeAccessorKind.Method, Name = "set_PreferInlineCompletions")]
    private static extern void SetPreferInlineCompletions(SafeSocketHandle socket, bool value);
}
