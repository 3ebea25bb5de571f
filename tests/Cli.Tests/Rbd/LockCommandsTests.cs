using System.Text.RegularExpressions;

namespace CurveRbd.Cli.Tests;

public partial class LockCommandsTests : CommandTest
{
    public override async ValueTask InitializeAsync()
    {
        await base.InitializeAsync();
        await DoAsync("rbd create a --size 1");
    }

    [Fact]
    public async Task Exclusive_lock_stays_and_is_listed()
    {
        CommandRun run = await DoAsync("rbd lock add a id");

        Assert.Equal(("", ""), (run.Output, run.Error));
        string text = (await DoAsync("rbd lock ls a")).Output;
        Assert.StartsWith("There is 1 exclusive lock on this image.\nLocker", text);
        Assert.Matches(@"\nLocker +ID  Address +\nclient\.\d+ +id  \S+:0/\d+ *\n$", text);
        Assert.Matches(
            @"^\[\{""id"":""id"",""locker"":""client\.\d+"",""address"":""\S+:0/\d+""\}\]\n$",
            (await DoAsync("rbd lock list a --format json")).Output);
        Assert.Contains("<locks><lock><id>id</id><locker>client.", (await DoAsync("rbd lock ls a --format xml")).Output);
    }

    [Fact]
    public async Task No_lock_is_nothing()
    {
        Assert.Equal("", (await DoAsync("rbd lock ls a")).Output);
        Assert.Equal("[]\n", (await DoAsync("rbd lock ls a --format json")).Output);
    }

    [Fact]
    public async Task Shared_locks_add_up_and_tell_their_tag()
    {
        await DoAsync("rbd lock add a one --shared tag");
        await DoAsync("rbd lock add a two --shared tag");

        string text = (await DoAsync("rbd lock ls a")).Output;

        Assert.StartsWith("There are 2 shared locks on this image.\nLock tag: tag\nLocker", text);
        Assert.Contains("  shr ", " " + (await DoAsync("rbd ls -l")).Output.Split('\n')[1] + " ");
    }

    [Fact]
    public async Task Lock_that_is_held_is_EBUSY()
    {
        await DoAsync("rbd lock add a id");

        CommandRun exclusive = await RbdAsync("lock add a other");
        CommandRun shared = await RbdAsync("lock add a other --shared tag");

        Assert.Equal((16, "rbd: lock is already held by someone else"), (exclusive.ExitCode, exclusive.Messages));
        Assert.Equal((16, "rbd: lock is already held by someone else with a different tag"), (shared.ExitCode, shared.Messages));
    }

    [Fact]
    public async Task Anybody_may_remove_a_lock()
    {
        await DoAsync("rbd lock add a id");
        string locker = Locker().Match((await DoAsync("rbd lock ls a")).Output).Value;

        CommandRun wrong = await RbdAsync($"lock rm a other {locker}");
        await DoAsync($"rbd lock rm a id {locker}");

        Assert.Equal((2, "rbd: releasing lock failed: (2) No such file or directory"), (wrong.ExitCode, wrong.Messages));
        Assert.Equal("", (await DoAsync("rbd lock ls a")).Output);
    }

    [GeneratedRegex(@"client\.\d+", RegexOptions.None, 1000)]
    private static partial Regex Locker();
}
