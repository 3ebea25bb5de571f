using CurveRbd.Store;

namespace CurveRbd.Rbd.Tests;

internal static class Refused
{
    public static async Task WithAsync(Errno errno, Func<Task> operation)
    {
        StorageException error = await Assert.ThrowsAsync<StorageException>(operation);

        Assert.Equal(errno, error.Errno);
        Assert.NotEmpty(error.Message);
    }
}
