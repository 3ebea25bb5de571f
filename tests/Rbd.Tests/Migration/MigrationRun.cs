using CurveRbd.Rados;

namespace CurveRbd.Rbd.Tests;

/// <summary>A migration that is begun by one client and ended by another.</summary>
internal sealed class MigrationRun(MigrationFixture fixture, IoContext to)
{
    public Task PrepareAsync() => fixture.PrepareAsync(to);

    public Task ExecuteAsync() => fixture.ExecuteAsync(to);

    /// <summary>Goes on from wherever it is, and reads what there is after each step.</summary>
    public async Task EndAsync(bool commits)
    {
        if (await FindStateAsync() is not { } state)
        {
            bool isDone = (await ImageDirectory.ListAsync(to, CancellationToken.None)).Any(image => image.Name.ToString() == "destination");
            await fixture.ExpectAsync(isDone ? to : fixture.Io, isDone ? "destination" : "source");
            return;
        }

        if (state != MigrationState.Aborting)
            await fixture.ExpectAsync(to);
        if ((!commits && !await IsCommittingAsync()) || state is MigrationState.Preparing or MigrationState.Aborting)
        {
            await fixture.AbortAsync(to);
            await fixture.ExpectAsync(fixture.Io, "source");
            return;
        }

        if (state != MigrationState.Executed)
            await fixture.ExecuteAsync(to);
        await fixture.ExpectAsync(to);
        await fixture.CommitAsync(to);
        await fixture.ExpectAsync(to);
    }

    private async Task<bool> IsCommittingAsync()
    {
        var pool = new ImagePool(to);
        MigrationPair pair = await MigrationPair.FindAsync(pool, "destination", CancellationToken.None);
        return (await pair.GetDestinationAsync(CancellationToken.None)).Value.Migration?.IsCommitting == true;
    }

    private async Task<MigrationState?> FindStateAsync()
    {
        if (await Exists("destination", to))
        {
            try
            {
                return (await fixture.StatusAsync(to)).State;
            }
            catch (Store.StorageException error) when (error.Errno == Store.Errno.EINVAL)
            {
                return null;
            }
        }

        Assert.True(await Exists("source", fixture.Io));
        return null;
    }

    private static async Task<bool> Exists(string name, IoContext io) =>
        (await ImageDirectory.ListAsync(io, CancellationToken.None)).Any(image => image.Name.ToString() == name);
}
