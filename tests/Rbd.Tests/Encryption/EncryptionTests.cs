using CurveRbd.Store;

namespace CurveRbd.Rbd.Tests;

public sealed class EncryptionTests
{
    private const int Mib = 1 << 20;

    public static TheoryData<EncryptionFormat, bool> FormatsAndStores => new MatrixTheoryData<EncryptionFormat, bool>(
        [EncryptionFormat.Luks1, EncryptionFormat.Luks2], [false, true]);

    [Theory]
    [MemberData(nameof(FormatsAndStores))]
    public async Task Load_shows_the_text_and_hides_the_header(EncryptionFormat format, bool isCurve)
    {
        await using EncryptionFixture fixture = await EncryptionFixture.CreateAsync(isCurve);
        byte[] model = await fixture.CreateAsync("image", 24 * Mib + 777, format);

        await using Image image = await fixture.LoadAsync("image", format);

        Assert.Equal((ulong)model.Length, image.Size);
        Assert.Equal(24u * Mib + 777 - (format == EncryptionFormat.Luks1 ? 4u : 16u) * Mib, image.Size);
        await fixture.WriteAsync(image, model, 1_000_001, 300_000);
        await fixture.WriteAsync(image, model, model.Length - 5000, 5000);
        await CloneFixture.ExpectAsync(model, image);
        await using Image stored = await fixture.Pool.OpenAsync("image", readOnly: true);
        var start = new byte[6];
        await stored.ReadAsync(0, start);
        Assert.Equal("LUKS"u8.ToArray(), start[..4]);
        Assert.Equal(24u * Mib + 777, stored.Size);
    }

    [Theory]
    [InlineData(EncryptionFormat.Luks1, EncryptionFormat.Luks, "secret", null)]
    [InlineData(EncryptionFormat.Luks2, EncryptionFormat.Luks, "secret", null)]
    [InlineData(EncryptionFormat.Luks1, EncryptionFormat.Luks2, "secret", Errno.EINVAL)]
    [InlineData(EncryptionFormat.Luks2, EncryptionFormat.Luks1, "secret", Errno.EINVAL)]
    [InlineData(EncryptionFormat.Luks1, EncryptionFormat.Luks1, "wrong", Errno.EPERM)]
    [InlineData(EncryptionFormat.Luks2, EncryptionFormat.Luks2, "wrong", Errno.EPERM)]
    [InlineData(EncryptionFormat.Luks2, EncryptionFormat.Luks2, "", Errno.EPERM)]
    public async Task Load_asks_for_the_version_and_the_passphrase(
        EncryptionFormat format, EncryptionFormat asked, string passphrase, Errno? refusal)
    {
        await using EncryptionFixture fixture = await EncryptionFixture.CreateAsync();
        await fixture.CreateAsync("image", 24 * Mib, format);
        await using Image image = await fixture.Pool.OpenAsync("image", readOnly: true);

        Task load = EncryptionFixture.LoadAsync(image, (asked, passphrase));

        if (refusal is { } errno)
            await Refused.WithAsync(errno, () => load);
        else
            await load;
    }

    [Fact]
    public async Task Load_of_what_is_loaded_or_not_encrypted_is_refused()
    {
        await using EncryptionFixture fixture = await EncryptionFixture.CreateAsync();
        await fixture.CreateAsync("image", 24 * Mib, EncryptionFormat.Luks1);
        await using Image image = await fixture.LoadAsync("image", EncryptionFormat.Luks1);
        await using Image plain = await fixture.Pool.CreateAndOpenAsync(24 * Mib, name: "plain");

        await Refused.WithAsync(Errno.EEXIST, () => EncryptionFixture.LoadAsync(image, (EncryptionFormat.Luks, "secret")));
        await Refused.WithAsync(Errno.EINVAL, () => EncryptionFixture.LoadAsync(plain, (EncryptionFormat.Luks, "secret")));
        await Refused.WithAsync(Errno.EINVAL, () => EncryptionFixture.LoadAsync(plain));
    }

    [Theory]
    [InlineData(EncryptionFormat.Luks1, 4, Errno.ENOSPC)]
    [InlineData(EncryptionFormat.Luks2, 16, Errno.ENOSPC)]
    [InlineData(EncryptionFormat.Luks, 24, Errno.EINVAL)]
    public async Task Format_needs_a_version_and_room_and_changes_nothing_without(EncryptionFormat format, int mib, Errno errno)
    {
        await using EncryptionFixture fixture = await EncryptionFixture.CreateAsync();
        await using Image image = await fixture.Pool.CreateAndOpenAsync((ulong)mib * Mib);
        await image.WriteAsync(0, "plain"u8.ToArray());

        await Refused.WithAsync(errno, () => EncryptionFixture.FormatAsync(image, format, "secret"));

        var read = new byte[5];
        await image.ReadAsync(0, read);
        Assert.Equal("plain"u8.ToArray(), read);
    }

    [Fact]
    public async Task Format_anew_forgets_the_old_key_and_passphrase()
    {
        await using EncryptionFixture fixture = await EncryptionFixture.CreateAsync();
        await fixture.CreateAsync("image", 24 * Mib, EncryptionFormat.Luks2);
        await using Image image = await fixture.LoadAsync("image", EncryptionFormat.Luks2);

        await EncryptionFixture.FormatAsync(image, EncryptionFormat.Luks1, "other", EncryptionAlgorithm.Aes128);

        Assert.Equal(20u * Mib, image.Size);
        await image.WriteAsync(5, "text"u8.ToArray());
        await using Image again = await fixture.Pool.OpenAsync("image", readOnly: true);
        await Refused.WithAsync(Errno.EPERM, () => EncryptionFixture.LoadAsync(again, (EncryptionFormat.Luks, "secret")));
        await EncryptionFixture.LoadAsync(again, (EncryptionFormat.Luks, "other"));
        var read = new byte[4];
        await again.ReadAsync(5, read);
        Assert.Equal("text"u8.ToArray(), read);
    }

    [Theory]
    [MemberData(nameof(FormatsAndStores))]
    public async Task Resize_says_sizes_without_the_header(EncryptionFormat format, bool isCurve)
    {
        await using EncryptionFixture fixture = await EncryptionFixture.CreateAsync(isCurve);
        byte[] model = await fixture.CreateAsync("image", 18 * Mib, format);
        await using Image image = await fixture.LoadAsync("image", format);

        foreach (int size in (int[])[1_500_001, 1_400_100, 2 * Mib, 70_000, 3_000_003])
        {
            await image.ResizeAsync((ulong)size, allowShrink: true, null, CancellationToken.None);
            Array.Resize(ref model, size);
            await CloneFixture.ExpectAsync(model, image);
            await fixture.WriteAsync(image, model, size - 1000, 1000);
        }

        await using Image again = await fixture.LoadAsync("image", format);
        await CloneFixture.ExpectAsync(model, again);
    }

    [Fact]
    public async Task Snapshots_keep_the_text_and_the_rest_follows()
    {
        await using EncryptionFixture fixture = await EncryptionFixture.CreateAsync();
        byte[] before = await fixture.CreateAsync("image", 24 * Mib, EncryptionFormat.Luks2);
        await using Image image = await fixture.LoadAsync("image", EncryptionFormat.Luks2);
        await CloneFixture.SnapAsync(image, "snap");
        byte[] model = (byte[])before.Clone();
        await fixture.WriteAsync(image, model, 100_100, 70_000);
        await image.DiscardAsync(200_000, 100_000);
        model.AsSpan(200_000, 100_000).Clear();

        await CloneFixture.ExpectAsync(model, image);

        await using Image old = await fixture.Pool.OpenAsync("image", readOnly: true);
        await old.SetSnapshotAsync("snap", CancellationToken.None);
        await EncryptionFixture.LoadAsync(old, (EncryptionFormat.Luks, "secret"));
        await CloneFixture.ExpectAsync(before, old);
        var changed = new List<(ulong, ulong)>();
        await image.DiffAsync("snap", 0, image.Size, true, false, (offset, length, _) => { changed.Add((offset, length)); return 0; }, CancellationToken.None);
        Assert.NotEmpty(changed);
        Assert.All(changed, range => Assert.InRange(range.Item1, 65_536u, 300_000u));
        await image.Snapshots.RollbackAsync("snap", null, CancellationToken.None);
        await CloneFixture.ExpectAsync(before, image);
    }

    [Fact]
    public async Task Copies_are_plain_and_deep_copies_encrypted()
    {
        await using EncryptionFixture fixture = await EncryptionFixture.CreateAsync();
        byte[] model = await fixture.CreateAsync("image", 24 * Mib, EncryptionFormat.Luks1);
        await using Image image = await fixture.LoadAsync("image", EncryptionFormat.Luks1);
        await CloneFixture.SnapAsync(image, "snap");
        byte[] before = (byte[])model.Clone();
        await fixture.WriteAsync(image, model, 100_100, 70_000);

        await ImageCopy.CopyAsync(image, fixture.Pool.Io, "plain", new ImageOptions(), 0, null, CancellationToken.None);
        await DeepCopy.CopyAsync(image, fixture.Pool.Io, "deep", new ImageOptions(), null, CancellationToken.None);

        await using Image plain = await fixture.Pool.OpenAsync("plain", readOnly: true);
        await CloneFixture.ExpectAsync(model, plain);
        await using Image deep = await fixture.LoadAsync("deep", EncryptionFormat.Luks1);
        await CloneFixture.ExpectAsync(model, deep);
        await deep.SetSnapshotAsync("snap", CancellationToken.None);
        await CloneFixture.ExpectAsync(before, deep);
    }

    [Theory]
    [InlineData(EncryptionFormat.Luks1, 164)] // before the number of rounds, which may say hours of work
    [InlineData(EncryptionFormat.Luks2, 32768)]
    public async Task Damaged_headers_are_refused_or_open(EncryptionFormat format, int length)
    {
        await using EncryptionFixture fixture = await EncryptionFixture.CreateAsync();
        await fixture.CreateAsync("image", 17 * Mib, format);
        await using Image raw = await fixture.Pool.OpenAsync("image");
        var good = new byte[length];
        await raw.ReadAsync(0, good);
        var random = new Random(5);
        for (int round = 0; round < 30; round++)
        {
            byte[] bad = (byte[])good.Clone();
            for (int i = random.Next(1, 6); i > 0; i--)
                bad[round % 2 == 0 ? random.Next(164) : random.Next(length)] = (byte)random.Next(256);
            await raw.WriteAsync(0, bad);
            await raw.FlushAsync();
            await using Image image = await fixture.Pool.OpenAsync("image", readOnly: true);
            try
            {
                await EncryptionFixture.LoadAsync(image, (EncryptionFormat.Luks, "secret"));
            }
            catch (StorageException refusal)
            {
                Assert.Contains(refusal.Errno, (Errno[])[Errno.EINVAL, Errno.EPERM, Errno.EOPNOTSUPP]);
                Assert.Contains("pool/image", refusal.Message, StringComparison.Ordinal);
            }
        }
    }
}
