using CurveRbd.Cli.Nbd;

namespace CurveRbd.Cli.Devices;

/// <summary>What the kernel is told of a device.</summary>
/// <param name="Size">In bytes.</param>
/// <param name="Cookie">Who attaches later has to know it.</param>
/// <param name="IoTimeoutSeconds">Of a request; 0: none; null: the kernel's default.</param>
/// <param name="ReattachTimeoutSeconds">How long requests wait for a new process when this one has gone.</param>
internal sealed record NbdDeviceSettings(
    ulong Size, NbdExportFlags Flags, string Cookie, ulong? IoTimeoutSeconds, ulong ReattachTimeoutSeconds);
