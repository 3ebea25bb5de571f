using System.Text;
using CurveRbd.Store;

namespace CurveRbd.Cli.Tests;

public sealed class ProgressLineTests : IDisposable
{
    private readonly MemoryStream _error = new();

    private string Printed => Encoding.UTF8.GetString(_error.ToArray());

    public void Dispose() => _error.Dispose();

    [Fact]
    public async Task RunAsync_prints_only_when_the_number_changes()
    {
        ProgressLine progress = Start(isSilent: false);

        await progress.RunAsync(() =>
        {
            foreach (ulong done in new ulong[] { 0, 1, 2, 500, 499, 505, 1000 })
                progress.Update(done, 1000);
            return Task.CompletedTask;
        });

        Assert.Equal(
            "\rWorking: 50% complete...\rWorking: 100% complete...\rWorking: 100% complete...done.\n", Printed);
    }

    [Fact]
    public async Task Fail_ends_the_line_although_the_work_goes_on()
    {
        ProgressLine progress = Start(isSilent: false);

        await progress.RunAsync(() =>
        {
            progress.Update(1, 2);
            progress.Fail();
            return Task.CompletedTask;
        });

        Assert.Equal("\rWorking: 50% complete...\rWorking: 50% complete...failed.\n", Printed);
    }

    [Fact]
    public async Task RunAsync_of_failing_work_ends_with_failed()
    {
        ProgressLine progress = Start(isSilent: false);

        await Assert.ThrowsAsync<StorageException>(() => progress.RunAsync(() =>
        {
            progress.Update(1, 4);
            throw new StorageException(Errno.EIO, "broken");
        }));

        Assert.Equal("\rWorking: 25% complete...\rWorking: 25% complete...failed.\n", Printed);
    }

    [Fact]
    public async Task RunAsync_without_progress_prints_nothing()
    {
        ProgressLine progress = Start(isSilent: true);

        await progress.RunAsync(() =>
        {
            progress.Update(1, 2);
            return Task.CompletedTask;
        });

        Assert.Equal("", Printed);
    }

    [Theory]
    [InlineData(1, 0)]
    [InlineData(0, ulong.MaxValue)]
    public async Task Update_of_nothing_prints_no_number(ulong done, ulong total)
    {
        ProgressLine progress = Start(isSilent: false);
        progress.Update(done, total);

        Assert.Equal("", Printed);
        await progress.RunAsync(() => Task.CompletedTask);
    }

    private ProgressLine Start(bool isSilent) => new(new Terminal(Stream.Null, Stream.Null, _error), "Working", isSilent);
}
