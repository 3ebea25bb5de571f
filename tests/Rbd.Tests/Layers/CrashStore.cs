using CurveRbd.Store;

namespace CurveRbd.Rbd.Tests;

/// <summary>
/// Volumes of a machine that can crash. Each volume call counts down to the crash; at the crash every sector keeps what was flushed
/// or gets any of the later writes, on its own choice. Metadata (create, delete, resize) is durable at once.
/// </summary>
internal sealed class CrashStore(VolumeLimits limits, Random random)
{
    private readonly Dictionary<string, CrashVolume> _volumes = [];
    private long _callsLeft = long.MaxValue;
    private long _failAt = long.MaxValue;
    private long _actionAt = long.MaxValue;
    private Action? _action;

    public VolumeLimits Limits => limits;

    public Random Random => random;

    public long CallCount { get; private set; }

    public bool IsCrashed { get; private set; }

    public IEnumerable<string> Names => _volumes.Keys;

    public IVolume Create(string name, ulong size)
    {
        _volumes.Add(name, new CrashVolume(this, name, limits.RoundUp(size)));
        return Open(name);
    }

    public IVolume Open(string name) => new CrashVolumeHandle(_volumes[name]);

    public CrashVolume Get(string name) => _volumes[name];

    public void Delete(string name) => _volumes.Remove(name);

    /// <summary>The machine crashes in the <paramref name="calls"/>-th volume call from now.</summary>
    public void CrashIn(long calls) => _callsLeft = calls;

    /// <summary>Neither a crash nor a failure is due any more.</summary>
    public void Disarm()
    {
        _callsLeft = long.MaxValue;
        _failAt = long.MaxValue;
    }

    /// <summary>The <paramref name="calls"/>-th volume call from now fails with EIO; a write may have arrived nevertheless.</summary>
    public void FailIn(long calls) => _failAt = CallCount + calls;

    /// <summary>Does something in the middle of the <paramref name="calls"/>-th call from now.</summary>
    public void After(long calls, Action action)
    {
        _actionAt = CallCount + calls;
        _action = action;
    }

    /// <summary>Counts a call.</summary>
    /// <returns>true: the machine crashes in the middle of it.</returns>
    public bool OnCall()
    {
        if (IsCrashed)
            throw new MachineCrashedException();
        if (++CallCount == _actionAt)
            _action!();
        if (CallCount == _failAt)
            throw new StorageException(Errno.EIO, "the store fails once");
        if (--_callsLeft > 0)
            return false;
        IsCrashed = true;
        return true;
    }

    /// <summary>The machine comes up again.</summary>
    public void Restart()
    {
        foreach (CrashVolume volume in _volumes.Values)
            volume.LoseWrites();
        IsCrashed = false;
        Disarm();
    }
}
