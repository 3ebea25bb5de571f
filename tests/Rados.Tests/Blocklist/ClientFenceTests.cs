namespace CurveRbd.Rados.Tests;

public sealed class ClientFenceTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task RefreshAsync_comes_back_after_those_who_are_just_being_told()
    {
        var stores = new TestStores();
        await using Cluster cluster = await stores.ConnectAsync();
        await using Cluster other = await stores.ConnectAsync();
        var isTelling = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var isToGoOn = new ManualResetEventSlim();
        await cluster.Fence.WatchAsync(Token);
        using IDisposable registration = cluster.Fence.OnChange(() =>
        {
            isTelling.TrySetResult();
            isToGoOn.Wait(Token);
        });

        Task adding = Task.Run(() => other.Blocklist.AddAsync(cluster.Address, TimeSpan.Zero, Token), Token);
        await isTelling.Task.WaitAsync(Token);
        Task refreshing = Task.Run(() => cluster.Fence.RefreshAsync(Token).AsTask(), Token);
        Task first = await Task.WhenAny(refreshing, Task.Delay(200, Token));
        isToGoOn.Set();
        await refreshing;
        await adding;

        Assert.NotSame(refreshing, first);
        Assert.True(cluster.Fence.IsFenced);
    }
}
