using System.Runtime.InteropServices;

namespace CurveRbd.Native;

/// <summary>struct notify_ack_t</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct NotifyAnswer
{
    public ulong Client;
    public ulong Cookie;
    public byte* Payload;
    public ulong PayloadLength;
}

/// <summary>struct notify_timeout_t</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct NotifyTimeout
{
    public ulong Client;
    public ulong Cookie;
}
