namespace CurveRbd.Local.Tests;

/// <summary>A directory of its own for a store, removed with what was opened of it.</summary>
internal sealed class TestStore : IAsyncDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("curverbd-test-").FullName;
    private readonly List<LocalStore> _open = [];

    public TestStore() => Root = Path.Combine(_directory, "store");

    public string Root { get; }

    public async Task<LocalStore> OpenAsync()
    {
        LocalStore store = await LocalStore.OpenAsync(Root, CancellationToken.None);
        _open.Add(store);
        return store;
    }

    public async ValueTask CloseAsync()
    {
        foreach (LocalStore store in _open)
            await store.DisposeAsync();
        _open.Clear();
        SharedStore.CloseIdle();
    }

    public async ValueTask DisposeAsync()
    {
        await CloseAsync();
        Directory.Delete(_directory, recursive: true);
    }
}
