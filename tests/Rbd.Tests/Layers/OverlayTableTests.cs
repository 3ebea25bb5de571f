using System.Buffers.Binary;
using CurveRbd.Store;

namespace CurveRbd.Rbd.Tests;

public sealed class OverlayTableTests
{
    private readonly LayerStackFixture _fixture = new(LayerStackFixture.Blocks);

    [Fact]
    public async Task Read_entry_outside_the_volume_throws_EIO()
    {
        LayerStack stack = await OpenWithTableAsync(entries => entries[3] = 1_000_000_000);

        var error = await Assert.ThrowsAsync<StorageException>(() => LayerStackFixture.ReadAsync(stack, 0, 4096));

        Assert.Equal(Errno.EIO, error.Errno);
        Assert.Contains("place 999999999 for cluster 3", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Write_to_a_layer_with_two_entries_for_one_place_throws_EIO_and_changes_nothing()
    {
        LayerStack stack = await OpenWithTableAsync(entries => entries[3] = entries[900] = 7);

        var error = await Assert.ThrowsAsync<StorageException>(async () => await stack.WriteAsync(0, new byte[4096]));

        Assert.Equal(Errno.EIO, error.Errno);
        Assert.Contains("place 6", error.Message, StringComparison.Ordinal);
        Assert.Contains("curverbd check", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Open_volume_without_header_throws_EIO()
    {
        LayerSource plain = _fixture.CreatePlain();
        LayerSource unformatted = _fixture.CreatePlain() with { IsOverlay = true };

        var error = await Assert.ThrowsAsync<StorageException>(
            () => LayerStack.OpenAsync([plain, unformatted], LayerStackOptions.Default));

        Assert.Equal(Errno.EIO, error.Errno);
    }

    [Fact]
    public async Task Read_random_table_gives_bytes_or_EIO()
    {
        var random = new Random(3);
        for (int i = 0; i < 50; i++)
        {
            LayerStack stack = await OpenWithTableAsync(entries =>
            {
                for (int changes = random.Next(1, 30); changes > 0; changes--)
                    entries[random.Next(entries.Length)] = random.Next(3) == 0 ? uint.MaxValue : (uint)random.Next(1, 200_000);
            });

            Exception? error = await Xunit.Record.ExceptionAsync(() => LayerStackFixture.ReadAsync(stack, 0, (int)OverlayHeader.RegionSize));

            Assert.True(error is null or StorageException { Errno: Errno.EIO }, $"{error}");
        }
    }

    private async Task<LayerStack> OpenWithTableAsync(Action<uint[]> change)
    {
        LayerSource plain = _fixture.CreatePlain();
        LayerSource overlay = await _fixture.CreateOverlayAsync();
        var entries = new uint[OverlayHeader.EntriesPerBlock];
        change(entries);
        var block = new byte[OverlayHeader.TableBlockSize];
        for (int i = 0; i < entries.Length; i++)
            BinaryPrimitives.WriteUInt32LittleEndian(block.AsSpan(i * sizeof(uint)), entries[i]);
        await overlay.Volume.WriteAsync(OverlayHeader.TableBlockOffset(0), block);
        return await LayerStack.OpenAsync([plain, overlay], LayerStackOptions.Default);
    }
}
