using CurveRbd.Store;

namespace CurveRbd.Rados.Tests;

public sealed class PoolsTests : IAsyncLifetime
{
    private static readonly CancellationToken s_none = CancellationToken.None;

    private readonly TestStores _stores = new();
    private FailingVolumes _volumes = null!;
    private Cluster _cluster = null!;

    private Pools Pools => _cluster.Pools;

    public async ValueTask InitializeAsync()
    {
        _volumes = new FailingVolumes(_stores.Volumes);
        _stores.VolumesInstead = _volumes;
        _cluster = await _stores.ConnectAsync();
    }

    public async ValueTask DisposeAsync() => await _cluster.DisposeAsync();

    [Fact]
    public async Task CreateAsync_new_pool_is_found_by_name_and_id_and_has_a_directory()
    {
        Pool pool = await Pools.CreateAsync("images", s_none);

        Assert.Equal(pool, await Pools.FindAsync("images", s_none), PoolEquality);
        Assert.Equal(pool, await Pools.FindAsync(pool.Id, s_none), PoolEquality);
        Assert.Equal(["images"], await _volumes.ListPoolsAsync(s_none));
        Assert.Equal("images", pool.Directory);
    }

    [Fact]
    public async Task CreateAsync_name_of_any_bytes_comes_back()
    {
        ByteName name = ByteName.FromBytes([0xff, (byte)'/', 0x01, (byte)' ']);

        Pool pool = await Pools.CreateAsync(name, s_none);

        Assert.Equal(name, Assert.Single(await Pools.ListAsync(s_none)).Name);
        Assert.Equal(name.Encode(), pool.Directory);
    }

    [Fact]
    public async Task CreateAsync_existing_name_is_EEXIST()
    {
        await Pools.CreateAsync("p", s_none);

        await Refusal.OfAsync(Errno.EEXIST, () => Pools.CreateAsync("p", s_none));
    }

    [Fact]
    public async Task CreateAsync_empty_name_is_EINVAL() => await Refusal.OfAsync(Errno.EINVAL, () => Pools.CreateAsync("", s_none));

    [Fact]
    public async Task CreateAsync_ids_are_never_reused()
    {
        Pool first = await Pools.CreateAsync("p", s_none);
        await Pools.DeleteAsync("p", s_none);

        Pool second = await Pools.CreateAsync("p", s_none);

        Assert.True(first.Id > 0 && second.Id > first.Id);
    }

    [Fact]
    public async Task CreateAsync_orphan_directory_is_taken_over_with_its_volumes()
    {
        await _stores.Volumes.CreatePoolAsync("p", s_none);
        await _stores.Volumes.CreateAsync(new VolumePath("p", "v", ""), 1, s_none);

        Pool pool = await Pools.CreateAsync("p", s_none);

        Assert.Equal(1ul, (await Pools.GetStatAsync(pool, s_none)).ObjectCount);
    }

    [Fact]
    public async Task CreateAsync_many_at_once_give_each_its_own_id()
    {
        Pool[] pools = await Task.WhenAll(Enumerable.Range(0, 20).Select(i => Task.Run(() => Pools.CreateAsync($"p{i}", s_none))));

        Assert.Equal(20, pools.Select(pool => pool.Id).Distinct().Count());
        Assert.Equal(20, (await Pools.ListAsync(s_none)).Count);
    }

    [Fact]
    public async Task ListAsync_is_in_the_order_of_ids()
    {
        foreach (string name in new[] { "z", "a", "m" })
            await Pools.CreateAsync(name, s_none);

        IReadOnlyList<Pool> pools = await Pools.ListAsync(s_none);

        Assert.Equal(["z", "a", "m"], pools.Select(pool => pool.Name.ToString()));
    }

    [Fact]
    public async Task DeleteAsync_takes_volumes_records_and_directory_along()
    {
        Pool pool = await Pools.CreateAsync("p", s_none);
        await FillAsync(pool, volumes: 3, records: 250);

        await Pools.DeleteAsync("p", s_none);

        Assert.Null(await Pools.FindAsync("p", s_none));
        Assert.Empty(await _volumes.ListPoolsAsync(s_none));
        Assert.Equal([PoolKeys.LastId], (await _stores.Records.RangeAsync("", null, 0, s_none)).Select(record => record.Key));
    }

    [Fact]
    public async Task DeleteAsync_missing_pool_is_ENOENT() => await Refusal.OfAsync(Errno.ENOENT, () => Pools.DeleteAsync("p", s_none));

    [Fact]
    public async Task DeleteAsync_pool_with_nodelete_is_EPERM()
    {
        await Pools.CreateAsync("p", s_none);
        await Pools.UpdateAsync("p", pool => pool with { Settings = pool.Settings.SetItem("nodelete", "1") }, s_none);

        await Refusal.OfAsync(Errno.EPERM, () => Pools.DeleteAsync("p", s_none));
    }

    [Fact]
    public async Task DeleteAsync_forbidden_by_configuration_is_EPERM()
    {
        await using Cluster cluster = await _stores.ConnectAsync(conf => conf.Set("mon_allow_pool_delete", "false"));
        await cluster.Pools.CreateAsync("p", s_none);

        await Refusal.OfAsync(Errno.EPERM, () => cluster.Pools.DeleteAsync("p", s_none));

        Assert.NotNull(await cluster.Pools.FindAsync("p", s_none));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task DeleteAsync_that_died_is_finished_by_the_next_change_of_pools(int changesBeforeDeath)
    {
        Pool pool = await Pools.CreateAsync("p", s_none);
        await FillAsync(pool, volumes: 3, records: 10);
        _volumes.ChangesLeft = changesBeforeDeath;
        await Refusal.OfAsync(Errno.EIO, () => Pools.DeleteAsync("p", s_none));
        Assert.Null(await Pools.FindAsync("p", s_none));
        await _cluster.ShutdownAsync();
        _volumes.ChangesLeft = int.MaxValue;
        await using Cluster next = await _stores.ConnectAsync();

        Pool other = await next.Pools.CreateAsync("p", s_none);

        Assert.Equal("p", other.Directory);
        Assert.Equal(default, await next.Pools.GetStatAsync(other, s_none));
        Assert.Empty(await _stores.Records.RangeAsync(PoolKeys.Content(pool.Id), null, 0, s_none));
    }

    [Fact]
    public async Task CreateAsync_succeeds_though_another_pools_deletion_keeps_failing()
    {
        await FillAsync(await Pools.CreateAsync("stuck", s_none), volumes: 1, records: 1);
        _volumes.ChangesLeft = 0;
        await Refusal.OfAsync(Errno.EIO, () => Pools.DeleteAsync("stuck", s_none));
        _volumes.FailsOnDelete = true;
        _volumes.ChangesLeft = int.MaxValue;

        await Pools.CreateAsync("p", s_none);

        Assert.Equal("p", Assert.Single(await Pools.ListAsync(s_none)).Name.ToString());
    }

    [Fact]
    public async Task CreateAsync_while_another_client_deletes_the_namesake_gets_another_directory()
    {
        await using Cluster other = await _stores.ConnectAsync();
        Pool pool = await Pools.CreateAsync("p", s_none);
        await FillAsync(pool, volumes: 1, records: 1);
        _volumes.ChangesLeft = 0;
        await Refusal.OfAsync(Errno.EIO, () => Pools.DeleteAsync("p", s_none));
        _volumes.ChangesLeft = int.MaxValue;
        await _stores.Records.CommitAsync(new RecordTransaction().Put(PoolKeys.Deletion(pool.Id), default, other.Session.Id), s_none);

        Pool created = await Pools.CreateAsync("p", s_none);

        Assert.NotEqual("p", created.Directory);
        Assert.Equal(default, await Pools.GetStatAsync(created, s_none));
    }

    [Fact]
    public async Task CreateAsync_that_died_leaves_no_pool_and_succeeds_again()
    {
        _volumes.ChangesLeft = 0;
        await Refusal.OfAsync(Errno.EIO, () => Pools.CreateAsync("p", s_none));
        Assert.Empty(await Pools.ListAsync(s_none));
        _volumes.ChangesLeft = int.MaxValue;

        await Pools.CreateAsync("p", s_none);

        Assert.Single(await Pools.ListAsync(s_none));
    }

    [Fact]
    public async Task RenameAsync_keeps_id_and_directory()
    {
        Pool pool = await Pools.CreateAsync("a", s_none);

        await Pools.RenameAsync("a", "b", s_none);

        Assert.Null(await Pools.FindAsync("a", s_none));
        Assert.Equal(pool with { Name = "b" }, await Pools.FindAsync("b", s_none), PoolEquality);
    }

    [Fact]
    public async Task RenameAsync_then_create_of_the_old_name_gets_another_directory()
    {
        await Pools.CreateAsync("a", s_none);
        await Pools.RenameAsync("a", "b", s_none);

        Pool created = await Pools.CreateAsync("a", s_none);

        Assert.NotEqual("a", created.Directory);
        await Pools.DeleteAsync("a", s_none);
        Assert.NotNull(await Pools.FindAsync("b", s_none));
        Assert.Contains("a", await _volumes.ListPoolsAsync(s_none));
    }

    [Fact]
    public async Task RenameAsync_refusals()
    {
        await Pools.CreateAsync("a", s_none);
        await Pools.CreateAsync("b", s_none);

        await Refusal.OfAsync(Errno.ENOENT, () => Pools.RenameAsync("x", "y", s_none));
        await Refusal.OfAsync(Errno.EEXIST, () => Pools.RenameAsync("a", "b", s_none));
        await Refusal.OfAsync(Errno.EINVAL, () => Pools.RenameAsync("a", "", s_none));
    }

    [Fact]
    public async Task UpdateAsync_quotas_and_applications_last()
    {
        await Pools.CreateAsync("p", s_none);

        await Pools.UpdateAsync("p", pool => (pool with { QuotaMaxBytes = 10 }).WithApplication("rbd", force: false), s_none);

        Pool pool = (await Pools.FindAsync("p", s_none))!;
        Assert.Equal(10ul, pool.QuotaMaxBytes);
        Assert.Equal(["rbd"], pool.Applications.Keys);
    }

    [Fact]
    public async Task WithApplication_second_one_needs_force()
    {
        Pool pool = (await Pools.CreateAsync("p", s_none)).WithApplication("rbd", force: false);

        Refusal.Of(Errno.EPERM, () => pool.WithApplication("rgw", force: false));

        Assert.Same(pool, pool.WithApplication("rbd", force: false));
        Assert.Equal(["rbd", "rgw"], pool.WithApplication("rgw", force: true).Applications.Keys);
    }

    private static bool PoolEquality(Pool? one, Pool? other) =>
        one is not null && other is not null
        && (one.Id, one.Name, one.Directory, one.Created) == (other.Id, other.Name, other.Directory, other.Created);

    private async Task FillAsync(Pool pool, int volumes, int records)
    {
        for (int i = 0; i < volumes; i++)
            await _stores.Volumes.CreateAsync(new VolumePath(pool.Directory, $"v{i}", ""), 1, s_none);
        for (int i = 0; i < records; i++)
            await _stores.Records.CommitAsync(new RecordTransaction().Put($"{PoolKeys.Content(pool.Id)}{i}", default), s_none);
    }
}
