using CurveRbd.Rados;

namespace CurveRbd.Rbd.Tests;

/// <summary>Each step of a migration, with the process dying before each call to a store; then another client goes on, or takes it back.</summary>
public sealed class MigrationCrashTests
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public Task Prepare(bool isOther) => EachCrashAsync(
        isOther,
        _ => Task.CompletedTask,
        (source, destination) => ImageMigration.PrepareAsync(source, "source", destination, "destination", new ImageOptions(), CancellationToken.None));

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public Task Execute(bool isOther) => EachCrashAsync(
        isOther,
        run => run.PrepareAsync(),
        (_, destination) => ImageMigration.ExecuteAsync(destination, "destination", null, CancellationToken.None));

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public Task Commit(bool isOther) => EachCrashAsync(
        isOther,
        async run =>
        {
            await run.PrepareAsync();
            await run.ExecuteAsync();
        },
        (_, destination) => ImageMigration.CommitAsync(destination, "destination", null, CancellationToken.None));

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public Task Abort(bool isOther) => EachCrashAsync(
        isOther,
        async run =>
        {
            await run.PrepareAsync();
            await run.ExecuteAsync();
        },
        (_, destination) => ImageMigration.AbortAsync(destination, "destination", null, CancellationToken.None));

    private static async Task EachCrashAsync(
        bool isOther, Func<MigrationRun, Task> setUp, Func<IoContext, IoContext, Task> step)
    {
        int call = 1;
        while (await DiesAsync(call, isOther, commits: call % 2 == 0, setUp, step))
            call++;
        Assert.True(call > 10, "the step must have met crashes");
    }

    /// <returns>false: the step ended before it came to that call.</returns>
    private static async Task<bool> DiesAsync(
        int fatalCall, bool isOther, bool commits, Func<MigrationRun, Task> setUp, Func<IoContext, IoContext, Task> step)
    {
        await using MigrationFixture fixture = await MigrationFixture.CreateAsync();
        await using (Image source = await fixture.OpenAsync(fixture.Io, "source"))
            await source.Snapshots.ProtectAsync("one", CancellationToken.None);
        await ImageClone.CloneAsync(fixture.Io, "source", "one", fixture.Io, "clone", CloneFixture.Format(1), CancellationToken.None);
        var run = new MigrationRun(fixture, isOther ? fixture.Other : fixture.Io);
        await setUp(run);
        var interceptor = new Interceptor();
        var records = new InterceptedRecords(fixture.Pool.Records, interceptor);
        IoContext io = await fixture.Pool.ConnectAnotherAsync(new InterceptedVolumes(fixture.Pool.Volumes, interceptor), records);
        IoContext destination = isOther ? await io.Cluster.OpenIoContextAsync("other", CancellationToken.None) : io;
        int calls = 0;
        bool isDead = false;
        interceptor.Before = _ =>
        {
            if (Interlocked.Increment(ref calls) == fatalCall)
                Volatile.Write(ref isDead, true);
            return Volatile.Read(ref isDead) ? Task.FromException(new CrashedException()) : Task.CompletedTask;
        };

        Exception? error = await Xunit.Record.ExceptionAsync(() => step(io, destination));
        bool wasDead = Volatile.Read(ref isDead);
        Volatile.Write(ref isDead, true);
        await records.EndSessionsAsync();

        if (!wasDead)
            Assert.Null(error);
        await fixture.ExpectConsistentAsync();
        await run.EndAsync(commits);
        await fixture.ExpectConsistentAsync();
        await using (Image clone = await fixture.OpenAsync(fixture.Io, "clone", readOnly: true))
            Assert.Equal(fixture.Snapshots["one"], await MigrationFixture.ReadAsync(clone));
        await fixture.Pool.RemoveAsync("clone");
        await fixture.ExpectNothingLeftAsync();
        return wasDead;
    }
}
