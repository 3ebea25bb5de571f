using CurveRbd.Store;

namespace CurveRbd.Rados.Tests;

internal static class Refusal
{
    public static StorageException Of(Errno errno, Action action)
    {
        StorageException error = Assert.Throws<StorageException>(action);
        Assert.Equal(errno, error.Errno);
        return error;
    }

    public static async Task<StorageException> OfAsync(Errno errno, Func<Task> action)
    {
        StorageException error = await Assert.ThrowsAsync<StorageException>(action);
        Assert.Equal(errno, error.Errno);
        return error;
    }
}
