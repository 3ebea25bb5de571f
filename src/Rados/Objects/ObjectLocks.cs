using CurveRbd.Store;

namespace CurveRbd.Rados;

/// <summary>Named advisory locks on an object, as steps of an operation. A holder is a client and a cookie.</summary>
public static class ObjectLocks
{
    /// <summary>
    /// EBUSY: held by another. EEXIST: held by this one already, and it may not renew. ENOENT: not held though it must be renewed. Makes the object
    /// if need be.
    /// </summary>
    /// <param name="duration">After which it goes by itself; null = never.</param>
    public static ObjectStep Take(
        ByteName name, ByteName cookie, ByteName tag, ByteName description, bool isExclusive, TimeSpan? duration, ObjectLockRenewal renewal) =>
        new((state, _) =>
        {
            ObjectLockRecord? held = Live(state, name);
            var holder = new ObjectLockHolder(
                state.Caller.Client, cookie.Encode(), description.Encode(), state.Caller.Address, state.Caller.Time + duration);
            ThrowIfRefused(state, name, held, holder, tag, isExclusive, renewal);
            IEnumerable<ObjectLockHolder> others = held?.Holders.Where(each => !IsSame(each, holder)) ?? [];
            state.SetLock(name, new ObjectLockRecord { IsExclusive = isExclusive, Tag = tag.Encode(), Holders = [.. others, holder] });
            return ObjectSteps.Ok;
        });

    /// <summary>ENOENT: this client does not hold it.</summary>
    public static ObjectStep Release(ByteName name, ByteName cookie) =>
        new((state, _) => Drop(state, name, state.Caller.Client, cookie));

    /// <summary>Takes it away from a client. ENOENT: that one does not hold it.</summary>
    /// <param name="client">"client.4711"</param>
    public static ObjectStep Break(ByteName name, ByteName client, ByteName cookie) =>
        new((state, _) => Drop(state, name, client.ToString(), cookie));

    /// <param name="done">The step's result; null when nobody holds the lock.</param>
    public static ObjectStep List(ByteName name, Action<int, ObjectLockState?> done)
    {
        ObjectLockState? found = null;
        return new ObjectStep((state, _) =>
        {
            state.ThrowIfAbsent();
            found = Live(state, name) is { } held ? StateOf(held) : null;
            return ObjectSteps.Ok;
        })
        { Done = result => done(result, found) };
    }

    private static ObjectLockState StateOf(ObjectLockRecord held) => new(
        held.IsExclusive,
        ByteName.Decode(held.Tag),
        [.. held.Holders.Select(holder => new ObjectLockOwner(holder.Client, ByteName.Decode(holder.Cookie), holder.Address))]);

    // Without the holders whose time is over.
    private static ObjectLockRecord? Live(ObjectState state, ByteName name)
    {
        if (state.Lock(name) is not { } held)
            return null;
        ObjectLockHolder[] live = [.. held.Holders.Where(holder => holder.Expires is not { } end || end > state.Caller.Time)];
        return live.Length == 0 ? null : held with { Holders = live };
    }

    private static void ThrowIfRefused(
        ObjectState state, ByteName name, ObjectLockRecord? held, ObjectLockHolder holder, ByteName tag, bool isExclusive, ObjectLockRenewal renewal)
    {
        bool isMine = held is not null && held.Holders.Any(each => IsSame(each, holder));
        if (renewal == ObjectLockRenewal.Must && !isMine)
            throw new StorageException(Errno.ENOENT, $"object '{state.Id}': lock '{name}' is not held, so it cannot be renewed");
        if (isMine && renewal == ObjectLockRenewal.Refused)
            throw new StorageException(Errno.EEXIST, $"object '{state.Id}': lock '{name}' is held by this client already");
        if (held is null)
            return;
        bool othersHold = held.Holders.Any(each => !IsSame(each, holder));
        if (othersHold && (isExclusive || held.IsExclusive || held.Tag != tag.Encode()))
            throw new StorageException(Errno.EBUSY, $"object '{state.Id}': lock '{name}' is held by {held.Holders[0].Client}");
    }

    private static bool IsSame(ObjectLockHolder left, ObjectLockHolder right) => left.Client == right.Client && left.Cookie == right.Cookie;

    private static Task<int> Drop(ObjectState state, ByteName name, string client, ByteName cookie)
    {
        state.ThrowIfAbsent();
        ObjectLockRecord? held = Live(state, name);
        ObjectLockHolder[] left = [.. held?.Holders.Where(holder => holder.Client != client || holder.Cookie != cookie.Encode()) ?? []];
        if (held is null || left.Length == held.Holders.Count)
            throw new StorageException(Errno.ENOENT, $"object '{state.Id}': {client} does not hold lock '{name}' with cookie '{cookie}'");
        state.SetLock(name, left.Length == 0 ? null : held with { Holders = left });
        return ObjectSteps.Ok;
    }
}
