using System.Globalization;
using CurveRbd.Store;

namespace CurveRbd.Rbd;

/// <summary>
/// The advisory lock of an open image: nothing looks at it but those who ask, unless the image has the feature exclusive-lock. There it
/// is one lock with the image's ownership: an owner is shown as its holder, and nobody writes while another holds it.
/// </summary>
public sealed class AdvisoryLocks
{
    // How Ceph tells an owner's lock from those that users take.
    private const string OwnerTag = "internal";
    private const string OwnerCookiePrefix = "auto ";

    private static readonly string[] s_entityTypes = ["client", "mon", "osd", "mds", "mgr"];

    private readonly Image _image;

    internal AdvisoryLocks(Image image) => _image = image;

    private ImagePool Pool => _image.Pool;

    private string Key => Pool.Keys.Lock(_image.Id);

    private long ClientId => (long)Pool.Io.Cluster.InstanceId;

    private bool HasOwner => (_image.Features & ImageFeatures.ExclusiveLock) != 0;

    public async Task<AdvisoryLockState> GetAsync(CancellationToken cancellationToken)
    {
        if (await FindOwnerAsync(cancellationToken).ConfigureAwait(false) is { } owner)
        {
            var holder = new AdvisoryLockOwner(owner.Value.Client, CookieOf(owner.Value), owner.Value.Address);
            return new AdvisoryLockState(OwnerTag, IsExclusive: true, [holder]);
        }

        AdvisoryLockRecord? held = (await FindAsync(cancellationToken).ConfigureAwait(false))?.Value;
        return held is null
            ? new AdvisoryLockState("", IsExclusive: false, [])
            : new AdvisoryLockState(
                held.Tag, held.IsExclusive, [.. held.Holders.Select(holder => new AdvisoryLockOwner(holder.Client, holder.Cookie, holder.Address))]);
    }

    /// <exception cref="StorageException">EEXIST: this client has it with this cookie. EBUSY: it is held otherwise. ESHUTDOWN: this client is on the blocklist.</exception>
    public Task LockExclusiveAsync(ByteName cookie, CancellationToken cancellationToken) =>
        LockAsync(cookie, "", isExclusive: true, cancellationToken);

    /// <param name="tag">Those who share it have the same.</param>
    /// <inheritdoc cref="LockExclusiveAsync"/>
    public Task LockSharedAsync(ByteName cookie, ByteName tag, CancellationToken cancellationToken) =>
        LockAsync(cookie, tag, isExclusive: false, cancellationToken);

    /// <exception cref="StorageException">ENOENT: this client does not have it with this cookie.</exception>
    public Task UnlockAsync(ByteName cookie, CancellationToken cancellationToken) => RemoveAsync(ClientId, cookie, cancellationToken);

    /// <summary>
    /// Takes the lock away from a client, which is put on the blocklist (unless rbd_blocklist_on_break_lock is off) and changes nothing
    /// in this image any more once this has completed.
    /// </summary>
    /// <param name="client">"client.", then its instance id.</param>
    /// <exception cref="StorageException">ENOENT: no such holder. EINVAL: no client's name, or this client's ownership.</exception>
    public async Task BreakAsync(string client, ByteName cookie, CancellationToken cancellationToken)
    {
        long clientId = Parse(client);
        if (await FindOwnerAsync(cancellationToken).ConfigureAwait(false) is { } owner
            && owner.Value.ClientId == clientId && CookieOf(owner.Value) == cookie)
        {
            await _image.Ownership.BreakAsync(owner, cancellationToken).ConfigureAwait(false);
            return;
        }

        AdvisoryLockHolder holder = (await FindAsync(cancellationToken).ConfigureAwait(false))?.Value.Find(clientId, cookie)
            ?? throw Missing(client, cookie);
        if (clientId != ClientId)
            await new OwnerExpulsion(Pool, _image.Id).RunAsync(clientId, holder.Address, cancellationToken).ConfigureAwait(false);
        await RemoveAsync(clientId, cookie, cancellationToken).ConfigureAwait(false);
    }

    private static ByteName CookieOf(OwnerRecord owner) => string.Create(CultureInfo.InvariantCulture, $"{OwnerCookiePrefix}{owner.Cookie}");

    private static long Parse(string client)
    {
        string[] parts = client.Split('.');
        return parts.Length == 2
            && s_entityTypes.Contains(parts[0], StringComparer.Ordinal)
            && long.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out long id)
            ? parts[0] == s_entityTypes[0] ? id : -1
            : throw new StorageException(Errno.EINVAL, $"'{client}' is no client such as client.4711");
    }

    private Task LockAsync(ByteName cookie, ByteName tag, bool isExclusive, CancellationToken cancellationToken) => ImagePool.RetryAsync(
        $"lock image {_image.Description}",
        async () =>
        {
            Stored<AdvisoryLockRecord>? held = await FindAsync(cancellationToken).ConfigureAwait(false);
            await ThrowIfHeldAsync(held?.Value, cookie, tag, isExclusive, cancellationToken).ConfigureAwait(false);
            var mine = new AdvisoryLockHolder { ClientId = ClientId, Cookie = cookie, Address = Pool.Io.Cluster.Address };
            var locked = new AdvisoryLockRecord { IsExclusive = isExclusive, Tag = tag, Holders = [.. held?.Value.Holders ?? [], mine] };
            return await TryPutAsync(held, locked, cancellationToken).ConfigureAwait(false);
        });

    private async Task ThrowIfHeldAsync(
        AdvisoryLockRecord? held, ByteName cookie, ByteName tag, bool isExclusive, CancellationToken cancellationToken)
    {
        if (await FindOwnerAsync(cancellationToken).ConfigureAwait(false) is { } owner)
            throw Busy($"is owned by {owner.Value.Client} at {owner.Value.Address}");
        if (held is null)
            return;
        if (held.Find(ClientId, cookie) is not null)
            throw new StorageException(Errno.EEXIST, $"image {_image.Description}: this client holds its lock with the cookie '{cookie}' already");
        if (held.IsExclusive || isExclusive)
            throw Busy($"is locked by {held.Holders[0].Client} with the cookie '{held.Holders[0].Cookie}'");
        if (held.Tag != tag)
            throw Busy($"is locked with the tag '{held.Tag}'");
    }

    private Task RemoveAsync(long clientId, ByteName cookie, CancellationToken cancellationToken) => ImagePool.RetryAsync(
        $"unlock image {_image.Description}",
        async () =>
        {
            Stored<AdvisoryLockRecord>? held = await FindAsync(cancellationToken).ConfigureAwait(false);
            AdvisoryLockHolder holder = held?.Value.Find(clientId, cookie) ?? throw Missing($"client.{clientId}", cookie);
            AdvisoryLockRecord left = held!.Value with { Holders = [.. held.Value.Holders.Where(other => other != holder)] };
            return await TryPutAsync(held, left, cancellationToken).ConfigureAwait(false);
        });

    private async Task<bool> TryPutAsync(Stored<AdvisoryLockRecord>? held, AdvisoryLockRecord changed, CancellationToken cancellationToken)
    {
        Record header = await Pool.Records.GetAsync(Pool.Keys.Header(_image.Id), cancellationToken).ConfigureAwait(false)
            ?? throw new StorageException(Errno.ENOENT, $"image {_image.Description} was removed");
        var transaction = new RecordTransaction().Require(header);
        if (held is null)
            transaction.RequireAbsent(Key);
        else
            transaction.Require(held.Record);
        if (HasOwner && held is null)
            transaction.RequireAbsent(Pool.Keys.Owner(_image.Id));
        if (changed.Holders.Count == 0)
            transaction.Delete(Key);
        else
            transaction.Put(Key, Stored.Serialize(changed, RbdJsonContext.Default.AdvisoryLockRecord));
        return await Pool.TryCommitAsync(transaction, cancellationToken).ConfigureAwait(false);
    }

    private ValueTask<Stored<AdvisoryLockRecord>?> FindAsync(CancellationToken cancellationToken) =>
        Pool.GetAsync(Key, RbdJsonContext.Default.AdvisoryLockRecord, cancellationToken);

    private async ValueTask<Stored<OwnerRecord>?> FindOwnerAsync(CancellationToken cancellationToken) =>
        HasOwner ? await _image.Ownership.ReadOwnerAsync(cancellationToken).ConfigureAwait(false) : null;

    private StorageException Busy(string why) => new(Errno.EBUSY, $"image {_image.Description} {why}");

    private StorageException Missing(string client, ByteName cookie) =>
        new(Errno.ENOENT, $"image {_image.Description} is not locked by {client} with the cookie '{cookie}'");
}
