namespace CurveRbd.Brpc;

/// <summary>How a channel connects and how much it lets pile up.</summary>
public sealed record RpcChannelOptions
{
    public static RpcChannelOptions Default { get; } = new();

    /// <summary>brpc's own default.</summary>
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromMilliseconds(200);

    /// <summary>How long calls fail at once after a first failed connect; doubles with each further one.</summary>
    public TimeSpan ReconnectDelayMin { get; init; } = TimeSpan.FromMilliseconds(10);

    public TimeSpan ReconnectDelayMax { get; init; } = TimeSpan.FromMilliseconds(500);

    /// <summary>Calls on one connection that wait for being sent or answered; one more fails with EOVERCROWDED.</summary>
    public int PendingMax { get; init; } = 4096;
}
