using CurveRbd.Store;

namespace CurveRbd.Rbd.Tests;

/// <summary>Random requests through encryption against a byte array, with snapshots, other handles and crashes of the client in between.</summary>
public sealed class EncryptionModelTests
{
    private const int Mib = 1 << 20;
    private const int Steps = 150;

    [Theory]
    [InlineData(1, EncryptionFormat.Luks1, false, false)]
    [InlineData(2, EncryptionFormat.Luks2, false, true)]
    [InlineData(3, EncryptionFormat.Luks2, true, false)]
    [InlineData(4, EncryptionFormat.Luks1, true, true)]
    public async Task Random_requests_read_back(int seed, EncryptionFormat format, bool isClone, bool isCurve)
    {
        await using EncryptionFixture fixture = await EncryptionFixture.CreateAsync(isCurve);
        byte[] text = await fixture.CreateAsync(isClone ? "parent" : "image", 17 * Mib + 1234, isClone ? null : format);
        if (isClone)
        {
            await fixture.CloneAsync("parent", "image");
            await fixture.FormatAsync("image", format, "secret");
        }

        var random = new Random(seed);
        Image image = await fixture.LoadAsync("image", format);
        byte[] model = text;
        Array.Resize(ref model, (int)image.Size);
        for (int step = 0; step < Steps; step++)
        {
            int offset = random.Next(Math.Min(model.Length, 2 * Mib));
            int length = Math.Min(random.Next(1, random.Next(2) == 0 ? 5000 : 200_000), model.Length - offset);
            Memory<byte> range = model.AsMemory(offset, length);
            switch (random.Next(step % 40 == 39 ? 9 : 6))
            {
                case 0 or 1:
                    await fixture.WriteAsync(image, model, offset, length);
                    break;
                case 2:
                    await image.DiscardAsync((ulong)offset, (ulong)length);
                    range.Span.Clear();
                    break;
                case 3:
                    await image.WriteSameAsync((ulong)offset, (ulong)length, new byte[] { (byte)step });
                    range.Span.Fill((byte)step);
                    break;
                case 4:
                    byte[] fresh = new byte[Math.Min(length, 3000)];
                    random.NextBytes(fresh);
                    CompareAndWriteResult result = await image.CompareAndWriteAsync((ulong)offset, range[..fresh.Length].ToArray(), fresh);
                    Assert.True(result.IsMatch);
                    fresh.CopyTo(range);
                    break;
                case 5:
                    var read = new byte[length];
                    await image.ReadAsync((ulong)offset, new IoVector([read.AsMemory(0, length / 3), read.AsMemory(length / 3)], length));
                    Assert.Equal(range.ToArray(), read);
                    break;
                case 6:
                    await CloneFixture.SnapAsync(image, $"snap{step}");
                    break;
                case 7:
                    await image.SparsifyAsync(65536, null, CancellationToken.None);
                    break;
                default:
                    await image.FlushAsync();
                    Image crashed = image; // closed only when another handle has gone on from what it left
                    image = await fixture.LoadAsync("image", format);
                    await CloneFixture.ExpectAsync(model, image);
                    await crashed.CloseAsync();
                    break;
            }
        }

        await CloneFixture.ExpectAsync(model, image);
        await image.CloseAsync();
        await using Image again = await fixture.LoadAsync("image", format);
        await CloneFixture.ExpectAsync(model, again);
    }
}
