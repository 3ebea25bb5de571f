using CurveRbd.Store;

namespace CurveRbd.StoreContract;

/// <summary>A volume store with one pool, and the words that tests of volumes use.</summary>
public abstract class VolumeFixture : IAsyncLifetime
{
    protected static CancellationToken None => CancellationToken.None;

    protected IVolumeStore Store { get; private set; } = null!;

    /// <summary>The smallest volume of 1 MiB or more that the store can hold.</summary>
    protected ulong Size => Store.Limits.RoundUp(1024 * 1024);

    /// <summary>A small length that the store accepts as a unit of I/O.</summary>
    protected int Block => Math.Max(512, Store.Limits.BlockSize);

    public async ValueTask InitializeAsync()
    {
        Store = await OpenStoreAsync();
        await Store.CreatePoolAsync("pool", None);
    }

    public async ValueTask DisposeAsync()
    {
        await Store.DisposeAsync();
        await CloseStoreAsync();
        GC.SuppressFinalize(this);
    }

    /// <summary>An empty store of the test's own.</summary>
    protected abstract ValueTask<IVolumeStore> OpenStoreAsync();

    /// <summary>Clears up behind the store.</summary>
    protected virtual ValueTask CloseStoreAsync() => ValueTask.CompletedTask;

    protected static VolumePath PathOf(string name) => new("pool", name, "admin");

    protected static byte[] Pattern(int length, byte seed)
    {
        byte[] bytes = new byte[length];
        for (int i = 0; i < length; i++)
            bytes[i] = (byte)(seed + i * 31 + (i >> 8));
        return bytes;
    }

    protected static async Task<byte[]> ReadAsync(IVolume volume, ulong offset, int length)
    {
        byte[] bytes = Pattern(length, 0xA5);
        await volume.ReadAsync(offset, bytes);
        return bytes;
    }

    protected static async Task RefusedAsync(Errno errno, Func<Task> action)
    {
        StorageException refusal = await Assert.ThrowsAsync<StorageException>(action);
        Assert.Equal(errno, refusal.Errno);
        Assert.NotEmpty(refusal.Message);
    }

    protected Task CreateAsync(string name) => Store.CreateAsync(PathOf(name), Size, None);

    protected Task<IVolume> OpenAsync(string name, bool readOnly = false) => Store.OpenAsync(PathOf(name), readOnly, None);

    protected async Task<IVolume> CreateAndOpenAsync()
    {
        await CreateAsync("volume");
        return await OpenAsync("volume");
    }
}
