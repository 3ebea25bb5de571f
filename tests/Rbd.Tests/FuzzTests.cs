using System.Buffers.Binary;
using System.Numerics;
using System.Text.Json.Serialization.Metadata;
using CurveRbd.Store;
using CurveRbd.Tests;

namespace CurveRbd.Rbd.Tests;

/// <summary>What lies in a store, or comes in a stream, and is damaged: refused with the exceptions that callers expect, or read as something whole.</summary>
public sealed class FuzzTests
{
    private const int ChecksumAt = OverlayHeader.Size - sizeof(uint);

    private static readonly VolumePath s_volume = new("pool", "volume", "");

    [Fact]
    public Task Read_damaged_headers_of_overlays_are_refused_or_whole()
    {
        var header = new byte[OverlayHeader.Size];
        OverlayHeader.For(1UL << 40, Guid.NewGuid()).Write(header);
        return Fuzz.RunAsync(rounds: 4000, random =>
        {
            var damaged = new byte[OverlayHeader.Size];
            byte[] bytes = [.. Fuzz.Damage(random, header[..64]), .. header[64..]];
            bytes.AsSpan(0, Math.Min(bytes.Length, damaged.Length)).CopyTo(damaged);
            if (random.Next(2) == 0)
                SignAnew(damaged);
            try
            {
                OverlayHeader read = OverlayHeader.Read(damaged, s_volume);
                Assert.InRange(read.Capacity, OverlayHeader.RegionSize, OverlayHeader.CapacityMax);
                Assert.True(read.DataOffset > OverlayHeader.TableBlockOffset(read.RegionCount - 1));
            }
            catch (StorageException refusal)
            {
                Assert.Equal(Errno.EIO, refusal.Errno);
            }

            return Task.CompletedTask;
        });
    }

    [Fact]
    public Task Read_through_damaged_tables_gives_bytes_or_EIO() => Fuzz.RunAsync(rounds: 40, async random =>
    {
        var fixture = new LayerStackFixture(LayerStackFixture.Blocks);
        LayerSource overlay = await fixture.CreateOverlayAsync();
        byte[] damaged = Fuzz.Damage(random, TableOf(random));
        Array.Resize(ref damaged, OverlayHeader.TableBlockSize);
        await overlay.Volume.WriteAsync(OverlayHeader.TableBlockOffset(0), damaged);
        LayerStack stack = await LayerStack.OpenAsync([fixture.CreatePlain(), overlay], LayerStackOptions.Default);

        Exception? error = await Xunit.Record.ExceptionAsync(() => LayerStackFixture.ReadAsync(stack, 0, (int)OverlayHeader.RegionSize));

        Assert.True(error is null or StorageException { Errno: Errno.EIO }, $"{error}");
    });

    [Fact]
    public Task Verify_damaged_streams_are_refused_or_whole() => Fuzz.RunAsync(rounds: 3000, async random =>
    {
        byte[] diff1 = Fuzz.Damage(random, DiffBytes.V1.From("a").To("b").Size(100_000).Data(7, new byte[50]).Zero(500, 4096).End());
        byte[] diff2 = Fuzz.Damage(random, DiffBytes.V2.From("a").To("b").Protected(1).Size(100_000).Data(7, new byte[50]).Zero(500, 4096).End());
        byte[] image = Fuzz.Damage(random, ImageStreamTests.Small());

        await VerifyOrRefuseAsync(() => new DiffReader(Input(diff1), DiffFormat.V1).VerifyAsync());
        await VerifyOrRefuseAsync(() => new DiffReader(Input(diff2), DiffFormat.V2).VerifyAsync());
        await VerifyOrRefuseAsync(() => new ImageStreamReader(Input(image)).VerifyAsync());
    });

    [Fact]
    public async Task Parse_damaged_records_are_refused_or_whole()
    {
        await using TestPool pool = await TestPool.CreateAsync();
        await using (Image image = await pool.CreateAndOpenAsync(200_000, new ImageOptions()))
        {
            await image.Metadata.SetAsync("key", "value", CancellationToken.None);
            await image.WriteAsync(0, new byte[] { 1 });
            await image.SnapshotAsync("x");
            IReadOnlyList<Store.Record> records = await pool.Records.RangeAsync($"pool/{pool.Io.Pool.Id}/rbd/", null, 0, CancellationToken.None);
            Assert.True(records.Count > 5);

            await Fuzz.RunAsync(rounds: 3000, random =>
            {
                Store.Record record = records[random.Next(records.Count)];
                Store.Record damaged = record with { Value = Fuzz.Damage(random, record.Value.ToArray()) };
                ParseOrRefuse(damaged, RbdJsonContext.Default.ImageHeader);
                ParseOrRefuse(damaged, RbdJsonContext.Default.ImageNameRecord);
                ParseOrRefuse(damaged, RbdJsonContext.Default.LayerRecord);
                ParseOrRefuse(damaged, RbdJsonContext.Default.SnapshotRecord);
                ParseOrRefuse(damaged, RbdJsonContext.Default.WatcherRecord);
                ParseOrRefuse(damaged, RbdJsonContext.Default.OwnerRecord);
                ParseOrRefuse(damaged, RbdJsonContext.Default.ChildRecord);
                ParseOrRefuse(damaged, RbdJsonContext.Default.FreezeRecord);
                ParseOrRefuse(damaged, RbdJsonContext.Default.TrashRecord);
                ParseOrRefuse(damaged, RbdJsonContext.Default.MetadataRecord);
                ParseOrRefuse(damaged, RbdJsonContext.Default.AdvisoryLockRecord);
                return Task.CompletedTask;
            });
        }
    }

    private static StreamInput Input(byte[] bytes) => new(new MemoryStream(bytes), CancellationToken.None);

    private static byte[] TableOf(Random random)
    {
        var table = new byte[OverlayHeader.TableBlockSize];
        for (int i = 0; i < OverlayHeader.EntriesPerBlock; i += random.Next(1, 20))
            BinaryPrimitives.WriteUInt32LittleEndian(table.AsSpan(i * sizeof(uint)), (uint)(i + 1));
        return table;
    }

    // As docs/format.md says: CRC-32C of all that comes before.
    private static void SignAnew(byte[] header)
    {
        uint crc = uint.MaxValue;
        for (int i = 0; i < ChecksumAt; i += sizeof(uint))
            crc = BitOperations.Crc32C(crc, BinaryPrimitives.ReadUInt32LittleEndian(header.AsSpan(i)));
        BinaryPrimitives.WriteUInt32LittleEndian(header.AsSpan(ChecksumAt), ~crc);
    }

    private static async Task VerifyOrRefuseAsync(Func<Task> verify)
    {
        try
        {
            await verify();
        }
        catch (ImageStreamException refusal)
        {
            Assert.True(refusal.Errno is Errno.EINVAL or Errno.EBADMSG or Errno.EEXIST, refusal.Message);
        }
    }

    private static void ParseOrRefuse<T>(Store.Record record, JsonTypeInfo<T> type)
        where T : VersionedRecord
    {
        try
        {
            Assert.NotNull(Stored.Parse(record, type).Value);
        }
        catch (StorageException refusal)
        {
            Assert.True(refusal.Errno is Errno.EIO or Errno.EOPNOTSUPP, refusal.Message);
        }
    }
}
