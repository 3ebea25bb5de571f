namespace CurveRbd.Cli.Devices;

/// <summary>An image that this host has as a block device.</summary>
/// <param name="ProcessId">Of the process that serves it.</param>
internal sealed record MappedDevice(int ProcessId, int Index, ImagePath Path, string Cookie)
{
    public string Device => DevicePath.Of(Index);
}
