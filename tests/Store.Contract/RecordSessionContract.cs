using CurveRbd.Store;

namespace CurveRbd.StoreContract;

/// <summary>What every record store does with sessions.</summary>
public abstract class RecordSessionContract : RecordFixture
{
    [Fact]
    public async Task OpenSessionAsync_ids_are_positive_and_differ()
    {
        await using IRecordSession first = await Store.OpenSessionAsync(None);
        await using IRecordSession second = await Store.OpenSessionAsync(None);

        Assert.True(first.Id > 0);
        Assert.True(second.Id > 0);
        Assert.NotEqual(first.Id, second.Id);
        Assert.False(first.Lost.IsCancellationRequested);
    }

    [Fact]
    public async Task OpenSessionAsync_id_of_an_ended_session_is_not_reused()
    {
        IRecordSession first = await Store.OpenSessionAsync(None);
        await first.DisposeAsync();

        await using IRecordSession second = await Store.OpenSessionAsync(None);

        Assert.NotEqual(first.Id, second.Id);
    }

    [Fact]
    public async Task CommitAsync_record_names_its_session()
    {
        await using IRecordSession session = await Store.OpenSessionAsync(None);

        await PutAsync("key", "value", session.Id);

        Assert.Equal(session.Id, (await Store.GetAsync("key", None))!.Session);
        Assert.Equal(session.Id, Assert.Single(await Store.RangeAsync("", null, 0, None)).Session);
    }

    [Fact]
    public async Task DisposeAsync_records_of_the_session_vanish_and_others_stay()
    {
        IRecordSession session = await Store.OpenSessionAsync(None);
        await using IRecordSession other = await Store.OpenSessionAsync(None);
        await PutAsync("a", "1", session.Id);
        await PutAsync("b", "2", session.Id);
        await PutAsync("c", "3", other.Id);
        await PutAsync("d", "4");

        await session.DisposeAsync();

        Assert.Equal(["c", "d"], (await Store.RangeAsync("", null, 0, None)).Select(record => record.Key));
        Assert.Null(await Store.GetAsync("a", None));
    }

    [Fact]
    public async Task DisposeAsync_twice_is_allowed()
    {
        IRecordSession session = await Store.OpenSessionAsync(None);

        await session.DisposeAsync();
        await session.DisposeAsync();
    }

    [Fact]
    public async Task CommitAsync_ended_session_is_refused_and_nothing_is_put()
    {
        IRecordSession session = await Store.OpenSessionAsync(None);
        await session.DisposeAsync();

        StorageException refusal = await Assert.ThrowsAsync<StorageException>(
            async () => await Store.CommitAsync(new RecordTransaction().Put("lasting", Bytes("1")).Put("key", Bytes("1"), session.Id), None));

        Assert.Equal(Errno.ESHUTDOWN, refusal.Errno);
        Assert.Null(await Store.GetAsync("lasting", None));
        Assert.Null(await Store.GetAsync("key", None));
    }

    [Fact]
    public async Task CommitAsync_record_made_lasting_outlives_its_first_session()
    {
        IRecordSession session = await Store.OpenSessionAsync(None);
        await PutAsync("key", "1", session.Id);
        await PutAsync("key", "2");

        await session.DisposeAsync();

        Assert.Equal("2", TextOf(await Store.GetAsync("key", None)));
    }

    [Fact]
    public async Task CommitAsync_record_handed_to_another_session_lives_with_that_one()
    {
        IRecordSession first = await Store.OpenSessionAsync(None);
        IRecordSession second = await Store.OpenSessionAsync(None);
        await PutAsync("key", "1", first.Id);
        await PutAsync("key", "2", second.Id);

        await first.DisposeAsync();
        Assert.Equal("2", TextOf(await Store.GetAsync("key", None)));
        await second.DisposeAsync();

        Assert.Null(await Store.GetAsync("key", None));
    }

    [Fact]
    public async Task CommitAsync_lasting_record_made_bound_vanishes()
    {
        IRecordSession session = await Store.OpenSessionAsync(None);
        await PutAsync("key", "1");
        await PutAsync("key", "2", session.Id);

        await session.DisposeAsync();

        Assert.Null(await Store.GetAsync("key", None));
    }

    [Fact]
    public async Task CommitAsync_key_of_an_ended_session_counts_as_absent()
    {
        IRecordSession session = await Store.OpenSessionAsync(None);
        await PutAsync("key", "1", session.Id);
        await session.DisposeAsync();

        RecordCommit commit = await Store.CommitAsync(new RecordTransaction().RequireAbsent("key").Put("key", Bytes("2")), None);

        Assert.True(commit.Succeeded);
    }
}
