using CurveRbd.Brpc;
using CurveRbd.Curve.Messages;
using CurveRbd.Store;

namespace CurveRbd.Curve;

/// <summary>A raft group of chunkservers. Chunk I/O goes to its leader, which is asked for once and remembered until it fails.</summary>
internal sealed class Copyset(uint logicalPoolId, uint id, IReadOnlyList<ChunkServerPeer> peers, CopysetDirectory directory)
{
    private readonly Lock _gate = new();
    private IReadOnlyList<ChunkServerPeer> _peers = peers;
    private RpcChannel? _leader;
    private Task<RpcChannel?>? _lookup;
    private ulong _appliedIndex;

    public uint LogicalPoolId { get; } = logicalPoolId;

    public uint Id { get; } = id;

    public RpcChannel? Leader => Volatile.Read(ref _leader);

    /// <summary>The largest applied index that a reply told; 0 = none yet.</summary>
    public ulong AppliedIndex => Volatile.Read(ref _appliedIndex);

    public override string ToString() => $"copyset {Id} of pool {LogicalPoolId}";

    public void Learn(ulong appliedIndex)
    {
        ulong known = AppliedIndex;
        while (appliedIndex > known)
        {
            ulong found = Interlocked.CompareExchange(ref _appliedIndex, appliedIndex, known);
            if (found == known)
                return;
            known = found;
        }
    }

    /// <summary>Asks who leads; several callers share one question.</summary>
    /// <param name="suspect">The leader that failed the caller, null when none is known. It is asked last.</param>
    /// <returns>null: nobody could say.</returns>
    public Task<RpcChannel?> FindLeaderAsync(RpcChannel? suspect)
    {
        lock (_gate)
        {
            if (_leader != suspect)
                return Task.FromResult(_leader);
            if (_lookup is not { IsCompleted: false })
                _lookup = LookUpAsync(suspect);
            return _lookup;
        }
    }

    /// <summary>Takes a server's word (a redirect) for who leads.</summary>
    public bool TryFollow(string peerId)
    {
        if (_peers.FirstOrDefault(peer => peer.Is(peerId)) is not { } peer)
            return false;
        Volatile.Write(ref _leader, directory.Channels[peer.Endpoint]);
        return true;
    }

    private async Task<RpcChannel?> LookUpAsync(RpcChannel? suspect)
    {
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        for (int round = 1; round <= directory.Retry.GetLeaderRoundsMax; round++)
        {
            IEnumerable<ChunkServerPeer> asked = round == 1 ? _peers.Where(peer => peer.Endpoint != suspect?.Endpoint) : _peers;
            if (await AskAsync(asked).ConfigureAwait(false) is { } answer && TryFollow(answer))
                return Leader;
            await RefreshPeersAsync().ConfigureAwait(false);
            if (round > 1)
                await Task.Delay(directory.Retry.Delay, directory.Time, directory.Closing).ConfigureAwait(false);
        }

        return null;
    }

    private async Task RefreshPeersAsync()
    {
        try
        {
            _peers = await directory.FetchPeersAsync(LogicalPoolId, Id, directory.Closing).ConfigureAwait(false);
        }
        catch (Exception error) when (error is StorageException or RpcException)
        {
            // The list that is known goes on serving; the chunkservers may answer while no MDS does.
        }
    }

    /// <returns>The first answer of any; null when all fail.</returns>
    private async Task<string?> AskAsync(IEnumerable<ChunkServerPeer> peers)
    {
        List<Task<string?>> questions = [.. peers.Select(AskAsync)];
        while (questions.Count > 0)
        {
            Task<string?> first = await Task.WhenAny(questions).ConfigureAwait(false);
            if (await first.ConfigureAwait(false) is { } leader)
                return leader;
            questions.Remove(first);
        }

        return null;
    }

    private async Task<string?> AskAsync(ChunkServerPeer peer)
    {
        using RpcCall call = RpcChannel.Rent(ChunkMethods.GetLeader, directory.Retry.GetLeaderTimeout);
        StrictProto.WriteRequest(call, new GetLeaderRequest2 { LogicPoolId = LogicalPoolId, CopysetId = Id });
        try
        {
            await directory.Channels[peer.Endpoint].CallAsync(call).ConfigureAwait(false);
            string leader = StrictProto.ReadReply(call, GetLeaderResponse2.Parser).Leader.Address;
            return leader.Length > 0 ? leader : null;
        }
        catch (Exception error) when (error is RpcException or ObjectDisposedException)
        {
            return null;
        }
    }
}
