using System.Collections.Concurrent;

namespace CurveRbd.Brpc;

/// <summary>One channel per endpoint, made on first use.</summary>
public sealed class RpcChannels(RpcChannelOptions options, TimeProvider time) : IAsyncDisposable
{
    private readonly ConcurrentDictionary<RpcEndpoint, RpcChannel> _channels = new();

    public RpcChannel this[RpcEndpoint endpoint] =>
        _channels.GetOrAdd(endpoint, static (key, self) => new RpcChannel(key, self.Options, self.Time), this);

    private RpcChannelOptions Options { get; } = options;

    private TimeProvider Time { get; } = time;

    public async ValueTask DisposeAsync()
    {
        foreach (RpcChannel channel in _channels.Values)
            await channel.DisposeAsync().ConfigureAwait(false);
    }
}
