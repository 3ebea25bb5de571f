using CurveRbd.Store;

namespace CurveRbd.Rbd.Tests;

public sealed class CheckTests
{
    [Fact]
    public async Task Check_names_an_abandoned_creation_and_undoes_it()
    {
        await using TestPool pool = await TestPool.CreateAsync();
        await AbandonCreationAsync(pool, "image");

        IReadOnlyList<CheckFinding> found = await PoolConsistency.CheckAsync(pool.Io, repair: true, CancellationToken.None);

        CheckFinding finding = Assert.Single(found);
        Assert.Equal(("unfinished-creation", CheckSeverity.Leftover, "/pool/image"), (finding.Kind, finding.Severity, finding.Volume));
        Assert.True(finding.IsRepaired);
        Assert.Empty(await pool.ListVolumesAsync());
    }

    [Fact]
    public async Task Volume_with_data_under_an_abandoned_creation_becomes_an_image()
    {
        await using TestPool pool = await TestPool.CreateAsync();
        await AbandonCreationAsync(pool, "image");
        IVolume volume = await pool.Volumes.OpenAsync(
            new VolumePath(pool.Io.Pool.Directory, "image", "admin"), readOnly: false, CancellationToken.None);
        await volume.WriteAsync(0, "precious"u8.ToArray());

        await PoolConsistency.CheckAsync(pool.Io, repair: true, CancellationToken.None);

        await using Image image = await pool.OpenAsync("image");
        var read = new byte[8];
        await image.ReadAsync(0, read);
        Assert.Equal("precious"u8.ToArray(), read);
    }

    [Fact]
    public async Task Creation_under_way_is_left_alone()
    {
        var interceptor = new Interceptor();
        await using TestPool pool = await TestPool.CreateAsync();
        Rados.IoContext other = await pool.ConnectAnotherAsync(new InterceptedVolumes(pool.Volumes, interceptor), pool.Records);
        var gate = new Gate(interceptor, call => call == "create volume");
        Task<int> creating = ImageDirectory.CreateAsync(other, "image", 100, new ImageOptions(), CancellationToken.None);
        await gate.WaitForAsync(1);

        Assert.Empty(await PoolConsistency.CheckAsync(pool.Io, repair: true, CancellationToken.None));
        Assert.Empty(await pool.ListAsync());
        await Refused.WithAsync(Errno.EEXIST, () => pool.CreateImageAsync("image", 100));
        gate.Release("create volume");

        await creating;
        Assert.Equal(["image"], await pool.ListAsync());
    }

    private static async Task AbandonCreationAsync(TestPool pool, string name)
    {
        var interceptor = new Interceptor();
        var records = new InterceptedRecords(pool.Records, interceptor);
        Rados.IoContext dying = await pool.ConnectAnotherAsync(new InterceptedVolumes(pool.Volumes, interceptor), records);
        interceptor.After = call => call == "create volume" ? Task.FromException(Die(interceptor)) : Task.CompletedTask;
        await Assert.ThrowsAsync<CrashedException>(
            () => ImageDirectory.CreateAsync(dying, name, 100, new ImageOptions(), CancellationToken.None));
        await records.EndSessionsAsync();
        Assert.NotEmpty(await pool.ListVolumesAsync());
    }

    private static CrashedException Die(Interceptor interceptor)
    {
        interceptor.Before = _ => Task.FromException(new CrashedException());
        return new CrashedException();
    }
}
