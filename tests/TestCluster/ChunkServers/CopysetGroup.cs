namespace CurveRbd.TestCluster;

/// <summary>
/// The raft group of a copyset, reduced to what a client can see: one leader at a time, none for a while after it died, a write
/// done only when a majority has it, and a member that comes back having what it missed.
/// </summary>
internal sealed class CopysetGroup(uint id, IReadOnlyList<ChunkServer> members, TimeSpan electionTime)
{
    private readonly Lock _gate = new();
    private readonly HashSet<ChunkServer> _up = [];
    private ChunkServer _leader = members[(int)(id % members.Count)];
    private long _leaderLostAt;

    public uint Id { get; } = id;

    public IReadOnlyList<ChunkServer> Members { get; } = members;

    public ulong AppliedIndex { get; private set; } = 1;

    /// <summary>null: nobody leads (now).</summary>
    public ChunkServer? Leader
    {
        get
        {
            lock (_gate)
            {
                if (!HasMajority)
                    return null;
                if (_up.Contains(_leader))
                    return _leader;
                if (TimeProvider.System.GetElapsedTime(_leaderLostAt) < electionTime)
                    return null;
                return _leader = Members.First(_up.Contains);
            }
        }
    }

    private bool HasMajority => _up.Count * 2 > Members.Count;

    public void MoveLeadership()
    {
        lock (_gate)
        {
            int index = Members.ToList().IndexOf(_leader);
            _leader = Enumerable.Range(1, Members.Count).Select(i => Members[(index + i) % Members.Count]).First(_up.Contains);
        }
    }

    public void MemberStopped(ChunkServer member)
    {
        lock (_gate)
        {
            _up.Remove(member);
            if (member == _leader)
                _leaderLostAt = TimeProvider.System.GetTimestamp();
        }
    }

    /// <summary>Runs <paramref name="change"/> on every running member, or on none when they are no majority.</summary>
    public bool TryApply(Action<ChunkStore> change)
    {
        lock (_gate)
        {
            if (!HasMajority)
                return false;
            foreach (ChunkServer member in _up)
                change(member.Store);
            AppliedIndex++;
            return true;
        }
    }

    /// <param name="isStale">Whether it has missed something.</param>
    public void MemberStarted(ChunkServer member, bool isStale)
    {
        lock (_gate)
        {
            if (isStale && _up.FirstOrDefault() is { } source)
                member.Store.CatchUp(Id, source.Store);
            _up.Add(member);
        }
    }

    /// <exception cref="InvalidDataException">Two running members differ.</exception>
    public void Verify()
    {
        lock (_gate)
        {
            ChunkServer[] running = [.. _up];
            foreach (ulong chunk in running.SelectMany(member => member.Store.List(Id)).Distinct())
                Verify(chunk, running);
        }
    }

    private void Verify(ulong chunk, ChunkServer[] running)
    {
        var first = new byte[ChunkStore.ChunkSize];
        var other = new byte[ChunkStore.ChunkSize];
        running[0].Store.Read(Id, chunk, 0, first);
        foreach (ChunkServer member in running.Skip(1))
        {
            member.Store.Read(Id, chunk, 0, other);
            if (!first.AsSpan().SequenceEqual(other))
                throw new InvalidDataException($"chunk {chunk} of copyset {Id} differs between {running[0]} and {member}");
        }
    }
}
