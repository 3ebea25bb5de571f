using System.Text;
using CurveRbd.Store;

namespace CurveRbd.StoreContract;

/// <summary>What every record store does with records and transactions.</summary>
public abstract class RecordStoreContract : RecordFixture
{
    [Fact]
    public async Task GetAsync_absent_record_is_null() => Assert.Null(await Store.GetAsync("none", None));

    [Fact]
    public async Task CommitAsync_put_can_be_read()
    {
        RecordCommit commit = await Store.CommitAsync(new RecordTransaction().Put("key", Bytes("value")), None);

        Record? record = await Store.GetAsync("key", None);
        Assert.True(commit.Succeeded);
        Assert.Equal("value", TextOf(record));
        Assert.Equal(commit.Revision, record!.Revision);
        Assert.Equal("key", record.Key);
        Assert.Equal(0, record.Session);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(200_000)]
    public async Task CommitAsync_value_of_any_length_and_bytes_comes_back(int length)
    {
        byte[] value = [.. Enumerable.Range(0, length).Select(i => (byte)(i * 7))];

        await Store.CommitAsync(new RecordTransaction().Put("key", value), None);

        Assert.Equal(value, (await Store.GetAsync("key", None))!.Value.ToArray());
    }

    [Fact]
    public async Task CommitAsync_value_is_copied()
    {
        byte[] value = Bytes("before");
        await Store.CommitAsync(new RecordTransaction().Put("key", value), None);

        value[0] = (byte)'X';

        Assert.Equal("before", TextOf(await Store.GetAsync("key", None)));
    }

    [Fact]
    public async Task CommitAsync_revisions_grow()
    {
        long first = await PutAsync("a", "1");
        long second = await PutAsync("b", "2");
        long third = await PutAsync("a", "3");

        Assert.True(first > 0);
        Assert.True(second > first);
        Assert.True(third > second);
    }

    [Fact]
    public async Task CommitAsync_records_of_one_transaction_share_a_revision()
    {
        RecordCommit commit = await Store.CommitAsync(new RecordTransaction().Put("a", Bytes("1")).Put("b", Bytes("2")), None);

        Assert.Equal(commit.Revision, (await Store.GetAsync("a", None))!.Revision);
        Assert.Equal(commit.Revision, (await Store.GetAsync("b", None))!.Revision);
    }

    [Fact]
    public async Task CommitAsync_revision_is_not_reused_after_a_delete()
    {
        long before = await PutAsync("key", "1");
        await DeleteAsync("key");

        long after = await PutAsync("key", "2");

        Assert.True(after > before + 1 || after > before);
        Assert.False((await Store.CommitAsync(new RecordTransaction().Require(new Record("key", default, before, 0)).Delete("key"), None)).Succeeded);
    }

    [Fact]
    public async Task CommitAsync_delete_removes()
    {
        await PutAsync("key", "value");

        RecordCommit commit = await Store.CommitAsync(new RecordTransaction().Delete("key"), None);

        Assert.True(commit.Succeeded);
        Assert.Null(await Store.GetAsync("key", None));
    }

    [Fact]
    public async Task CommitAsync_deleting_what_is_absent_succeeds() =>
        Assert.True((await Store.CommitAsync(new RecordTransaction().Delete("none"), None)).Succeeded);

    [Fact]
    public async Task CommitAsync_seen_record_unchanged_succeeds()
    {
        await PutAsync("key", "1");
        Record seen = (await Store.GetAsync("key", None))!;

        RecordCommit commit = await Store.CommitAsync(new RecordTransaction().Require(seen).Put("key", Bytes("2")), None);

        Assert.True(commit.Succeeded);
        Assert.Equal("2", TextOf(await Store.GetAsync("key", None)));
    }

    [Fact]
    public async Task CommitAsync_seen_record_changed_changes_nothing()
    {
        await PutAsync("key", "1");
        Record seen = (await Store.GetAsync("key", None))!;
        await PutAsync("key", "2");

        RecordCommit commit = await Store.CommitAsync(new RecordTransaction().Require(seen).Put("key", Bytes("3")).Put("other", Bytes("3")), None);

        Assert.False(commit.Succeeded);
        Assert.Equal("2", TextOf(await Store.GetAsync("key", None)));
        Assert.Null(await Store.GetAsync("other", None));
    }

    [Fact]
    public async Task CommitAsync_seen_record_deleted_changes_nothing()
    {
        await PutAsync("key", "1");
        Record seen = (await Store.GetAsync("key", None))!;
        await DeleteAsync("key");

        Assert.False((await Store.CommitAsync(new RecordTransaction().Require(seen).Put("key", Bytes("2")), None)).Succeeded);
    }

    [Fact]
    public async Task CommitAsync_absence_required_holds_once()
    {
        RecordTransaction First() => new RecordTransaction().RequireAbsent("key").Put("key", Bytes("1"));

        Assert.True((await Store.CommitAsync(First(), None)).Succeeded);
        Assert.False((await Store.CommitAsync(First(), None)).Succeeded);
    }

    [Fact]
    public async Task CommitAsync_conditions_alone_are_judged()
    {
        await PutAsync("key", "1");

        Assert.True((await Store.CommitAsync(new RecordTransaction().RequireAbsent("none"), None)).Succeeded);
        Assert.False((await Store.CommitAsync(new RecordTransaction().RequireAbsent("key"), None)).Succeeded);
    }

    [Fact]
    public async Task CommitAsync_counter_of_many_tasks_loses_nothing()
    {
        await PutAsync("counter", "0");

        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(() => IncrementAsync(10))));

        Assert.Equal("40", TextOf(await Store.GetAsync("counter", None)));
    }

    [Fact]
    public async Task RangeAsync_keys_come_in_byte_order_under_the_prefix_only()
    {
        foreach (string key in (string[])["a", "a/", "a/b", "a/B", "a/b/c", "a/b.c", "a/b0", "a/~", "a0", "b", "A/b"])
            await PutAsync(key, key);

        IReadOnlyList<Record> found = await Store.RangeAsync("a/", null, 0, None);

        Assert.Equal(["a/", "a/B", "a/b", "a/b.c", "a/b/c", "a/b0", "a/~"], found.Select(record => record.Key));
        Assert.All(found, record => Assert.Equal(record.Key, TextOf(record)));
    }

    [Fact]
    public async Task RangeAsync_empty_prefix_is_everything()
    {
        await PutAsync("b", "2");
        await PutAsync("a", "1");

        Assert.Equal(["a", "b"], (await Store.RangeAsync("", null, 0, None)).Select(record => record.Key));
    }

    [Theory]
    [InlineData(null, 2, "k/1 k/2")]
    [InlineData("k/2", 2, "k/3 k/4")]
    [InlineData("k/2", 0, "k/3 k/4 k/5")]
    [InlineData("k/25", 1, "k/3")]
    [InlineData("k/5", 3, "")]
    [InlineData("a", 1, "k/1")]
    [InlineData("z", 1, "")]
    public async Task RangeAsync_continues_after_a_key_up_to_the_limit(string? after, int limit, string expected)
    {
        foreach (int i in (int[])[3, 1, 5, 2, 4])
            await PutAsync($"k/{i}", "");
        await PutAsync("l", "");

        IReadOnlyList<Record> found = await Store.RangeAsync("k/", after, limit, None);

        Assert.Equal(expected, string.Join(' ', found.Select(record => record.Key)));
    }

    [Fact]
    public async Task RangeAsync_key_that_looks_like_a_pattern_is_literal()
    {
        await PutAsync("a%25b/x", "1");
        await PutAsync("a_b/x", "2");
        await PutAsync("aXb/x", "3");

        Assert.Equal(["a_b/x"], (await Store.RangeAsync("a_b/", null, 0, None)).Select(record => record.Key));
        Assert.Equal(["a%25b/x"], (await Store.RangeAsync("a%", null, 0, None)).Select(record => record.Key));
    }

    [Fact]
    public async Task RangeAsync_many_records_come_all()
    {
        const int Count = 500;
        var transaction = new RecordTransaction();
        for (int i = 0; i < Count; i++)
            transaction.Put($"k/{i:D4}", Bytes($"{i}"));
        await Store.CommitAsync(transaction, None);

        IReadOnlyList<Record> found = await Store.RangeAsync("k/", null, 0, None);

        Assert.Equal(Enumerable.Range(0, Count).Select(i => $"k/{i:D4}"), found.Select(record => record.Key));
    }

    [Fact]
    public async Task CancelledToken_ends_a_call_before_it_changes_anything()
    {
        using var cancelled = new CancellationTokenSource();
        await cancelled.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            async () => await Store.CommitAsync(new RecordTransaction().Put("key", Bytes("1")), cancelled.Token));

        Assert.Null(await Store.GetAsync("key", None));
    }

    private async Task IncrementAsync(int times)
    {
        for (int done = 0; done < times;)
        {
            Record seen = (await Store.GetAsync("counter", None))!;
            int value = int.Parse(Encoding.UTF8.GetString(seen.Value.Span));
            if ((await Store.CommitAsync(new RecordTransaction().Require(seen).Put("counter", Bytes($"{value + 1}")), None)).Succeeded)
                done++;
        }
    }
}
