using CurveRbd.Store;

namespace CurveRbd.Rbd.Tests;

/// <summary>Clones of encrypted and of plain parents, with a header of their own or their parent's.</summary>
public sealed class EncryptedCloneTests
{
    private const int Mib = 1 << 20;

    [Fact]
    public async Task Clone_without_a_header_of_its_own_is_read_with_its_parents()
    {
        await using EncryptionFixture fixture = await EncryptionFixture.CreateAsync();
        byte[] model = await fixture.CreateAsync("parent", 6 * Mib, EncryptionFormat.Luks1);
        await fixture.CloneAsync("parent", "clone");

        await using Image clone = await fixture.LoadAsync("clone", EncryptionFormat.Luks1);

        await fixture.WriteAsync(clone, model, 100_100, 70_001);
        await CloneFixture.ExpectAsync(model, clone);
        Assert.Equal(2u * Mib, clone.Overlap);
        await clone.FlattenAsync(null, CancellationToken.None);
        await CloneFixture.ExpectAsync(model, clone);
        await using Image again = await fixture.LoadAsync("clone", EncryptionFormat.Luks1);
        await CloneFixture.ExpectAsync(model, again);
    }

    [Theory]
    [InlineData(null, EncryptionFormat.Luks1, false)]
    [InlineData(null, EncryptionFormat.Luks2, true)]
    [InlineData(EncryptionFormat.Luks1, EncryptionFormat.Luks1, true)]
    [InlineData(EncryptionFormat.Luks1, EncryptionFormat.Luks2, false)]
    [InlineData(EncryptionFormat.Luks2, EncryptionFormat.Luks1, false)]
    public async Task Clone_with_a_header_of_its_own_shows_its_parents_text(EncryptionFormat? ofParent, EncryptionFormat ofClone, bool isCurve)
    {
        await using EncryptionFixture fixture = await EncryptionFixture.CreateAsync(isCurve);
        byte[] parent = await fixture.CreateAsync("parent", 18 * Mib + 333, ofParent);
        await fixture.CloneAsync("parent", "clone");
        await fixture.FormatAsync("clone", ofClone, "own");
        (EncryptionFormat, string)[] specs = ofParent is { } format ? [(ofClone, "own"), (format, "secret")] : [(ofClone, "own")];
        await using Image clone = await fixture.Pool.OpenAsync("clone");

        await EncryptionFixture.LoadAsync(clone, specs);

        byte[] model = Fit(parent, (int)clone.Size);
        await CloneFixture.ExpectAsync(model, clone);
        await fixture.WriteAsync(clone, model, 700_100, 70_001);
        await fixture.WriteAsync(clone, model, model.Length - 3000, 2000);
        await clone.DiscardAsync(50_000, 70_000);
        model.AsSpan(50_000, 70_000).Clear();
        await CloneFixture.ExpectAsync(model, clone);
        await CloneFixture.SnapAsync(clone, "snap");
        await fixture.WriteAsync(clone, model, 10_000, 10);
        await using (Image reader = await fixture.Pool.OpenAsync("clone", readOnly: true))
        {
            await EncryptionFixture.LoadAsync(reader, specs);
            await clone.FlushAsync();
            await CloneFixture.ExpectAsync(model, reader);
        }

        await clone.FlattenAsync(null, CancellationToken.None);

        await CloneFixture.ExpectAsync(model, clone);
        await using Image flat = await fixture.LoadAsync("clone", EncryptionFormat.Luks, "own");
        await CloneFixture.ExpectAsync(model, flat);
        await using Image stored = await fixture.Pool.OpenAsync("clone", readOnly: true);
        var start = new byte[4];
        await stored.ReadAsync(0, start);
        Assert.Equal("LUKS"u8.ToArray(), start);
    }

    [Fact]
    public async Task Grandchild_is_opened_with_a_list_that_goes_on_with_its_last_spec()
    {
        await using EncryptionFixture fixture = await EncryptionFixture.CreateAsync();
        byte[] parent = await fixture.CreateAsync("parent", 18 * Mib, EncryptionFormat.Luks1);
        await fixture.CloneAsync("parent", "child");
        await fixture.FormatAsync("child", EncryptionFormat.Luks1, "own");
        await fixture.CloneAsync("child", "grandchild");
        byte[] model = parent;
        await using Image image = await fixture.Pool.OpenAsync("grandchild");

        await Refused.WithAsync(Errno.EPERM, () => EncryptionFixture.LoadAsync(image, (EncryptionFormat.Luks, "own")));
        await Refused.WithAsync(Errno.EPERM, () => EncryptionFixture.LoadAsync(image, (EncryptionFormat.Luks, "secret")));
        await Refused.WithAsync(Errno.EINVAL, () => EncryptionFixture.LoadAsync(
            image, (EncryptionFormat.Luks, "own"), (EncryptionFormat.Luks, "own"), (EncryptionFormat.Luks, "secret"), (EncryptionFormat.Luks, "secret")));
        await EncryptionFixture.LoadAsync(
            image, (EncryptionFormat.Luks, "own"), (EncryptionFormat.Luks, "own"), (EncryptionFormat.Luks, "secret"));

        await CloneFixture.ExpectAsync(model, image);
        await fixture.WriteAsync(image, model, 600_000, 200_000);
        await CloneFixture.ExpectAsync(model, image);
        await image.FlattenAsync(null, CancellationToken.None);
        await using Image flat = await fixture.LoadAsync("grandchild", EncryptionFormat.Luks1, "own");
        await CloneFixture.ExpectAsync(model, flat);
    }

    [Fact]
    public async Task Without_its_encryption_a_clone_is_kept_from_mixing_with_its_parent()
    {
        await using EncryptionFixture fixture = await EncryptionFixture.CreateAsync();
        byte[] parent = await fixture.CreateAsync("parent", 18 * Mib, null);
        await fixture.CloneAsync("parent", "clone");
        await fixture.FormatAsync("clone", EncryptionFormat.Luks1, "own");
        await using (Image stored = await fixture.Pool.OpenAsync("clone"))
        {
            await Refused.WithAsync(Errno.EINVAL, () => stored.FlattenAsync(null, CancellationToken.None));
            await Refused.WithAsync(Errno.EINVAL, () => stored.SparsifyAsync(4096, null, CancellationToken.None));
            await Refused.WithAsync(Errno.EINVAL, () => stored.ResizeAsync(17 * Mib, true, null, CancellationToken.None));
        }

        await using Image clone = await fixture.LoadAsync("clone", EncryptionFormat.Luks1, "own");

        await CloneFixture.ExpectAsync(Fit(parent, (int)clone.Size), clone);
    }

    private static byte[] Fit(byte[] text, int length)
    {
        Array.Resize(ref text, length);
        return text;
    }
}
