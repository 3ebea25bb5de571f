using CurveRbd.Store;

namespace CurveRbd.Rbd.Tests;

internal static class RefusedStream
{
    /// <param name="summary">How the refusal begins.</param>
    public static async Task WithAsync(Errno errno, string summary, Func<Task> operation)
    {
        ImageStreamException error = await Assert.ThrowsAsync<ImageStreamException>(operation);

        Assert.Equal((errno, summary), (error.Errno, error.Summary));
        Assert.StartsWith(summary + ": ", error.Message, StringComparison.Ordinal);
    }
}
