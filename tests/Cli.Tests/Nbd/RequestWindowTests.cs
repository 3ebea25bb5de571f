using CurveRbd.Cli.Nbd;

namespace CurveRbd.Cli.Tests;

public sealed class RequestWindowTests
{
    [Fact]
    public async Task EnterAsync_full_of_bytes_waits_until_some_leave()
    {
        var window = new RequestWindow();
        await window.EnterAsync(48 << 20);

        Task second = window.EnterAsync(32 << 20);
        bool waited = !second.IsCompleted;
        window.Leave(48 << 20);
        await second.WaitAsync(TimeSpan.FromSeconds(10));

        Assert.True(waited);
    }

    [Fact]
    public async Task EnterAsync_alone_never_waits()
    {
        await new RequestWindow().EnterAsync(int.MaxValue).WaitAsync(TimeSpan.FromSeconds(10));
    }

    [Fact]
    public async Task DrainAsync_waits_for_all()
    {
        var window = new RequestWindow();
        await window.EnterAsync(1);
        await window.EnterAsync(1);

        Task drained = window.DrainAsync();
        window.Leave(1);
        bool waited = !drained.IsCompleted;
        window.Leave(1);
        await drained.WaitAsync(TimeSpan.FromSeconds(10));

        Assert.True(waited);
    }
}
