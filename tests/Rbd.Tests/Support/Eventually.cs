namespace CurveRbd.Rbd.Tests;

/// <summary>What another client or a background task brings about, soon.</summary>
internal static class Eventually
{
    public static async Task HoldsAsync(Func<Task<bool>> condition)
    {
        long begun = Environment.TickCount64;
        while (!await condition())
        {
            Assert.True(Environment.TickCount64 - begun < 10_000, "it did not come about within 10 s");
            await Task.Delay(1, CancellationToken.None);
        }
    }
}
