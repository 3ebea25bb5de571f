using CurveRbd.Rados;
using CurveRbd.Store;

namespace CurveRbd.Stores.Tests;

/// <summary>What objects do on every record store.</summary>
public abstract class ObjectContract : ObjectFixture
{
    private const int Chunk = 256 * 1024;
    private const int SizeMax = 16 * 1024 * 1024;

    [Fact]
    public async Task Write_at_any_place_reads_back()
    {
        byte[] expected = new byte[(2 * Chunk) + 10];
        Bytes("abc").CopyTo(expected, 0);
        Bytes("middle").CopyTo(expected, Chunk - 3);
        Bytes("end").CopyTo(expected, (2 * Chunk) + 7);

        Assert.Equal(0, await WriteAsync("o", ObjectWrites.Write(0, Bytes("abc"))));
        Assert.Equal(0, await WriteAsync("o", ObjectWrites.Write((2 * Chunk) + 7, Bytes("end"))));
        Assert.Equal(0, await WriteAsync("o", ObjectWrites.Write(Chunk - 3, Bytes("middle"))));

        Assert.Equal(expected, await DataAsync("o"));
        Assert.Equal(Bytes("ddl"), await DataAsync("o", Chunk - 1, 3));
        Assert.Empty(await DataAsync("o", (2 * Chunk) + 10, 5));
    }

    [Fact]
    public async Task Truncate_cuts_and_what_grows_is_zeros()
    {
        await WriteAsync("o", ObjectWrites.Write(0, Bytes("abcdef")));

        await WriteAsync("o", ObjectWrites.Truncate(2));
        await WriteAsync("o", ObjectWrites.Truncate(4));
        await WriteAsync("o", ObjectWrites.Append(Bytes("x")));

        Assert.Equal(Bytes("ab\0\0x"), await DataAsync("o"));
    }

    [Fact]
    public async Task Largest_object_is_stored_and_a_larger_one_is_refused()
    {
        byte[] data = new byte[SizeMax];
        new Random(1).NextBytes(data);

        Assert.Equal(0, await WriteAsync("o", ObjectWrites.WriteFull(data)));
        Assert.Equal(data, await DataAsync("o"));
        Assert.Equal(-(int)Errno.EFBIG, await WriteAsync("o", ObjectWrites.Append(Bytes("x"))));
        Assert.Equal(0, await WriteAsync("o", ObjectWrites.Remove()));
        Assert.Empty(await KeysAsync());
    }

    [Fact]
    public async Task Omap_pages_in_the_order_of_bytes()
    {
        await WriteAsync("o", SetOmap("a/b=1", "a.b=2", "\u00ff\u0000=3", "a=4", "b=5"));

        Assert.Equal("a=4 a.b=2 a/b=1 b=5 \ufffd\0=3", await OmapAsync("o"));
        Assert.Equal("a.b=2 a/b=1", await OmapAsync("o", after: "a", prefix: "a"));
        Assert.Equal("a.b=2 ...", await OmapAsync("o", after: "a", count: 1));
    }

    [Fact]
    public async Task Omap_of_thousands_changes_at_once_and_goes_with_the_object()
    {
        string[] entries = [.. Enumerable.Range(0, 1000).Select(i => $"{i:D4}=v{i}")];

        Assert.Equal(0, await WriteAsync("o", SetOmap(entries)));
        Assert.Equal(0, await WriteAsync("o", SetOmap([.. entries.Select(entry => entry + "!")]), ObjectWrites.RemoveOmapRange("0001", "0999")));
        Assert.Equal("0000=v0! 0999=v999!", await OmapAsync("o"));
        Assert.Equal(0, await WriteAsync("o", ObjectWrites.Remove()));

        Assert.Empty(await KeysAsync());
    }

    [Fact]
    public async Task Omap_cleared_and_set_in_one_operation_holds_what_was_set()
    {
        await WriteAsync("o", SetOmap("a=1", "b=2"));

        Assert.Equal(0, await WriteAsync("o", ObjectWrites.ClearOmap(), SetOmap("c=3")));

        Assert.Equal("c=3", await OmapAsync("o"));
    }

    [Fact]
    public async Task Write_whose_last_step_is_refused_changes_nothing()
    {
        await WriteAsync("o", ObjectWrites.WriteFull(Bytes("before")), ObjectWrites.SetAttribute("a", Bytes("1")), SetOmap("k=1"));

        int code = await WriteAsync(
            "o", ObjectWrites.WriteFull(Bytes("after")), ObjectWrites.SetAttribute("a", Bytes("2")), SetOmap("k=2"),
            ObjectSteps.CompareAttribute("b", ObjectComparison.Equal, Bytes("x")));

        Assert.Equal(-(int)Errno.ECANCELED, code);
        Assert.Equal(Bytes("before"), await DataAsync("o"));
        Assert.Equal("k=1", await OmapAsync("o"));
    }

    [Fact]
    public async Task Missing_object_answers_as_in_Ceph()
    {
        Assert.Equal(-(int)Errno.ENOENT, await ReadAsync("o", ObjectSteps.Read(0, 1, (_, _) => { })));
        Assert.Equal(-(int)Errno.ENOENT, await WriteAsync("o", ObjectWrites.Remove()));
        Assert.Equal(0, await WriteAsync("o", ObjectWrites.Truncate(5)));
        Assert.Equal(0, await WriteAsync("o"));
        Assert.Equal(-(int)Errno.ENOENT, await WriteAsync("o", ObjectWrites.RemoveOmap(["k"])));
        Assert.Equal(-(int)Errno.ENOENT, await WriteAsync("o", ObjectSteps.AssertExists()));
        Assert.Equal(-(int)Errno.ENOENT, await ReadAsync("o", ObjectSteps.GetOmapByKeys(["k"], (_, _) => { })));
    }

    [Fact]
    public async Task Compare_of_data_tells_the_first_byte_that_differs()
    {
        await WriteAsync("o", ObjectWrites.Write(0, Bytes("abcd")));

        Assert.Equal(-4097, await ReadAsync("o", ObjectSteps.CompareData(0, Bytes("abXd"), null)));
        Assert.Equal(0, await ReadAsync("o", ObjectSteps.CompareData(2, Bytes("cd\0"), null)));
    }

    [Fact]
    public async Task Create_exclusive_and_versions_are_asserted()
    {
        await WriteAsync("o", ObjectWrites.Create(isExclusive: true));
        ObjectOutcome written = await Pool.Objects.WriteAsync(Pool.Objects.Identify("o"), [ObjectWrites.Append(Bytes("x"))], null, Token);

        Assert.Equal(-(int)Errno.EEXIST, await WriteAsync("o", ObjectWrites.Create(isExclusive: true)));
        Assert.Equal(0, await WriteAsync("o", ObjectSteps.AssertVersion(written.Version)));
        Assert.Equal(-(int)Errno.ERANGE, await ReadAsync("o", ObjectSteps.AssertVersion(written.Version - 1)));
        Assert.Equal(-(int)Errno.EOVERFLOW, await ReadAsync("o", ObjectSteps.AssertVersion(written.Version + 1)));
    }

    [Fact]
    public async Task Operations_of_one_client_happen_in_order()
    {
        Task<int>[] all = [.. Enumerable.Range(0, 20).Select(i => WriteAsync("o", ObjectWrites.Append(Bytes($"{(char)('a' + i)}"))))];
        await Task.WhenAll(all);

        Assert.Equal(Bytes("abcdefghijklmnopqrst"), await DataAsync("o"));
    }

    [Fact]
    public async Task Operations_of_two_clients_lose_nothing()
    {
        Task<int> Append(IoContext pool) => WriteAsync(pool, "o", ObjectWrites.Append(Bytes("x")), SetOmap($"{Guid.NewGuid():N}=1"));
        await Task.WhenAll(Enumerable.Range(0, 20).SelectMany(_ => (Task<int>[])[Append(Pool), Append(Other)]));

        Assert.Equal(40, (await DataAsync("o")).Length);
        Assert.Equal(40, (await OmapAsync("o")).Split(' ').Length);
    }

    [Fact]
    public async Task List_shows_the_namespace_or_all()
    {
        await WriteAsync("b", ObjectWrites.Create(false));
        await WriteAsync(".a/x", ObjectWrites.Create(false));
        IoContext inside = Pool.Clone();
        inside.Namespace = "ns";
        inside.Locator = "loc";
        await WriteAsync(inside, "c", ObjectWrites.Create(false));
        IoContext all = Pool.Clone();
        all.Namespace = "\u0001";

        Assert.Equal(".a/x b", await NamesAsync(Pool));
        inside.Locator = ByteName.Empty;
        Assert.Equal("ns/c@loc", await NamesAsync(inside));
        Assert.Equal(".a/x b ns/c@loc", await NamesAsync(all));
        Assert.Equal(-(int)Errno.ENOENT, await WriteAsync(inside, "c", ObjectSteps.AssertExists()));
    }

    [Fact]
    public async Task Lock_refuses_another_and_goes_when_broken()
    {
        static ObjectStep Take(string cookie, ObjectLockRenewal renewal = ObjectLockRenewal.Refused) =>
            ObjectLocks.Take("l", cookie, "", "why", isExclusive: true, null, renewal);
        ObjectLockState? held = null;

        Assert.Equal(0, await WriteAsync("o", Take("c")));
        Assert.Equal(-(int)Errno.EEXIST, await WriteAsync("o", Take("c")));
        Assert.Equal(0, await WriteAsync("o", Take("c", ObjectLockRenewal.Must)));
        Assert.Equal(-(int)Errno.EBUSY, await WriteAsync(Other, "o", Take("c")));
        Assert.Equal(-(int)Errno.ENOENT, await WriteAsync(Other, "o", ObjectLocks.Release("l", "c")));
        await ReadAsync("o", ObjectLocks.List("l", (_, state) => held = state));
        ObjectLockOwner owner = Assert.Single(held!.Owners);
        Assert.Equal($"client.{Pool.Cluster.InstanceId}", owner.Client);
        Assert.Equal(0, await WriteAsync(Other, "o", ObjectLocks.Break("l", owner.Client, owner.Cookie)));
        Assert.Equal(0, await WriteAsync(Other, "o", Take("c")));
    }

    [Fact]
    public async Task Lock_shared_asks_for_the_same_tag_and_ends_with_its_time()
    {
        static ObjectStep Take(string tag, TimeSpan? duration) => ObjectLocks.Take("l", "c", tag, "", false, duration, ObjectLockRenewal.Refused);

        Assert.Equal(0, await WriteAsync("o", Take("t", TimeSpan.FromTicks(1))));
        Assert.Equal(0, await WriteAsync(Other, "o", Take("u", null)));
        Assert.Equal(-(int)Errno.EBUSY, await WriteAsync("o", Take("t", null)));
        Assert.Equal(0, await WriteAsync("o", Take("u", null)));
    }

    [Fact]
    public async Task Garbage_of_a_dead_writer_goes_with_the_next_removal()
    {
        string root = $"pool/{Pool.Pool.Id}/rados/";
        await Records.CommitAsync(
            new RecordTransaction().Put(root + "garbage/dead", Bytes("""{"version":1,"chunks":["c1"],"omaps":[]}""")).Put(root + "data/c1", Bytes("x")), Token);

        await WriteAsync("o", SetOmap("a=1"));
        await WriteAsync("o", ObjectWrites.Remove());

        Assert.Empty(await KeysAsync());
    }

    [Fact]
    public async Task Pool_that_was_deleted_answers_ENOENT_and_leaves_no_object()
    {
        await WriteAsync("o", ObjectWrites.WriteFull(Bytes("x")));

        await Pool.Cluster.Pools.DeleteAsync("data", Token);

        StorageException error = await Assert.ThrowsAsync<StorageException>(() => WriteAsync("o", ObjectWrites.Create(false)));
        Assert.Equal(Errno.ENOENT, error.Errno);
        Assert.Empty(await KeysAsync());
    }

    [Fact]
    public async Task Client_on_the_blocklist_writes_no_more()
    {
        await Other.Cluster.Blocklist.AddAsync(Pool.Cluster.Address, TimeSpan.FromMinutes(1), Token);

        StorageException error = await Assert.ThrowsAsync<StorageException>(() => WriteAsync("o", ObjectWrites.Create(false)));

        Assert.Equal(Errno.ESHUTDOWN, error.Errno);
    }

    private static async Task<string> NamesAsync(IoContext pool)
    {
        var names = new List<string>();
        string? after = null;
        while (await pool.Objects.ListAsync(after, 1, Token) is [var found])
        {
            names.Add(found.Id.Locator.IsEmpty ? $"{found.Id}" : $"{found.Id}@{found.Id.Locator}");
            after = found.Position;
        }

        return string.Join(' ', names);
    }
}
