using System.Text;
using CurveRbd.Store;

namespace CurveRbd.StoreContract;

/// <summary>A record store of the test's own, and the words that tests of records use.</summary>
public abstract class RecordFixture : IAsyncLifetime
{
    protected static CancellationToken None => CancellationToken.None;

    protected static TimeSpan Patience { get; } = TimeSpan.FromSeconds(20);

    protected IRecordStore Store { get; private set; } = null!;

    public async ValueTask InitializeAsync() => Store = await OpenStoreAsync();

    public async ValueTask DisposeAsync()
    {
        await Store.DisposeAsync();
        await CloseStoreAsync();
        GC.SuppressFinalize(this);
    }

    /// <summary>An empty store of the test's own.</summary>
    protected abstract ValueTask<IRecordStore> OpenStoreAsync();

    /// <summary>Clears up behind the store.</summary>
    protected virtual ValueTask CloseStoreAsync() => ValueTask.CompletedTask;

    protected static byte[] Bytes(string text) => Encoding.UTF8.GetBytes(text);

    protected static string? TextOf(Record? record) => record is null ? null : Encoding.UTF8.GetString(record.Value.Span);

    protected async Task<long> PutAsync(string key, string value, long session = 0)
    {
        RecordCommit commit = await Store.CommitAsync(new RecordTransaction().Put(key, Bytes(value), session), None);
        Assert.True(commit.Succeeded);
        return commit.Revision;
    }

    protected async Task DeleteAsync(string key) => await Store.CommitAsync(new RecordTransaction().Delete(key), None);
}
