using System.Text;
using CurveRbd.Store.InMemory;

namespace CurveRbd.Rbd.Tests;

/// <summary>Encrypted images whose text is known.</summary>
internal sealed class EncryptionFixture : IAsyncDisposable
{
    private readonly Random _random = new(11);

    private EncryptionFixture(TestPool pool) => Pool = pool;

    public TestPool Pool { get; }

    public static async Task<EncryptionFixture> CreateAsync(bool isCurve = false) => new(await TestPool.CreateAsync(
        new MemoryVolumes(isCurve ? TestPool.CurveLimits : TestPool.ByteLimits), new MemoryRecords()));

    /// <summary>An image with the passphrase "secret", or a plain one.</summary>
    /// <returns>Its text: zeros, but for some of its first mebibyte.</returns>
    public async Task<byte[]> CreateAsync(string name, int size, EncryptionFormat? format)
    {
        await using Image image = await Pool.CreateAndOpenAsync((ulong)size, name: name);
        if (format is { } luks)
            await FormatAsync(image, luks, "secret");
        var text = new byte[image.Size];
        await WriteAsync(image, text, 0, 150_000);
        await WriteAsync(image, text, 500_123, 7);
        await WriteAsync(image, text, 700_000, 100_000);
        return text;
    }

    public static Task FormatAsync(
        Image image, EncryptionFormat format, string passphrase, EncryptionAlgorithm algorithm = EncryptionAlgorithm.Aes256) =>
        image.FormatEncryptionAsync(format, algorithm, Encoding.UTF8.GetBytes(passphrase), isFast: true, CancellationToken.None);

    public async Task FormatAsync(string name, EncryptionFormat format, string passphrase)
    {
        await using Image image = await Pool.OpenAsync(name);
        await FormatAsync(image, format, passphrase);
    }

    public async Task CloneAsync(string parent, string name)
    {
        await using Image image = await Pool.OpenAsync(parent);
        await CloneFixture.SnapAsync(image, "snap");
        await ImageClone.CloneAsync(Pool.Io, parent, "snap", Pool.Io, name, CloneFixture.Format(2), CancellationToken.None);
    }

    public async Task<Image> LoadAsync(string name, EncryptionFormat format, string passphrase = "secret")
    {
        Image image = await Pool.OpenAsync(name);
        await LoadAsync(image, (format, passphrase));
        return image;
    }

    public static Task LoadAsync(Image image, params (EncryptionFormat Format, string Passphrase)[] specs) => image.LoadEncryptionAsync(
        [.. specs.Select(spec => new EncryptionSpec(spec.Format, Encoding.UTF8.GetBytes(spec.Passphrase)))], CancellationToken.None);

    /// <summary>Random bytes, to the image and to the model of it.</summary>
    public async Task WriteAsync(Image image, byte[] model, int offset, int length)
    {
        _random.NextBytes(model.AsSpan(offset, length));
        await image.WriteAsync((ulong)offset, model.AsMemory(offset, length));
    }

    public ValueTask DisposeAsync() => Pool.DisposeAsync();
}
