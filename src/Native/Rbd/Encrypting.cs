using System.Runtime.InteropServices;
using CurveRbd.Rbd;
using CurveRbd.Store;

namespace CurveRbd.Native;

/// <summary>LUKS encryption of images.</summary>
internal static unsafe class Encrypting
{
    // int rbd_encryption_format(rbd_image_t image, rbd_encryption_format_t format, rbd_encryption_options_t opts, size_t opts_size)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rbd_encryption_format")]
    public static int Format(nint image, int format, void* options, nuint optionsSize)
    {
        try
        {
            FormatImage(image, format, options, optionsSize);
            return 0;
        }
        catch (Exception error)
        {
            return Failure.Of(error);
        }
    }

    // int rbd_encryption_load(rbd_image_t image, rbd_encryption_format_t format, rbd_encryption_options_t opts, size_t opts_size)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rbd_encryption_load")]
    public static int Load(nint image, int format, void* options, nuint optionsSize)
    {
        try
        {
            var spec = new RbdEncryptionSpec { Format = format, Options = options, OptionsSize = optionsSize };
            Load(image, &spec, 1);
            return 0;
        }
        catch (Exception error)
        {
            return Failure.Of(error);
        }
    }

    // int rbd_encryption_load2(rbd_image_t image, const rbd_encryption_spec_t *specs, size_t spec_count)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rbd_encryption_load2")]
    public static int Load2(nint image, RbdEncryptionSpec* specs, nuint count)
    {
        try
        {
            Load(image, specs, checked((int)count));
            return 0;
        }
        catch (Exception error)
        {
            return Failure.Of(error);
        }
    }

    private static void FormatImage(nint image, int format, void* options, nuint optionsSize)
    {
        Image open = Handles.Images.Get(image).Image;
        EncryptionSpec spec = Read(format, options, optionsSize);
        try
        {
            EncryptionAlgorithm algorithm = spec.Format == EncryptionFormat.Luks
                ? default
                : (EncryptionAlgorithm)((RbdLuksFormatOptions*)options)->Algorithm;
            CallerThread.Run(_ => open.FormatEncryptionAsync(spec.Format, algorithm, spec.Passphrase, CancellationToken.None));
        }
        finally
        {
            Wipe(spec);
        }
    }

    private static void Load(nint image, RbdEncryptionSpec* specs, int count)
    {
        Image open = Handles.Images.Get(image).Image;
        var read = new List<EncryptionSpec>();
        try
        {
            for (int i = 0; i < count; i++)
                read.Add(Read(specs[i].Format, specs[i].Options, specs[i].OptionsSize));
            CallerThread.Run(_ => open.LoadEncryptionAsync(read, CancellationToken.None));
        }
        finally
        {
            read.ForEach(Wipe);
        }
    }

    private static EncryptionSpec Read(int format, void* options, nuint size)
    {
        if (format is < (int)EncryptionFormat.Luks1 or > (int)EncryptionFormat.Luks)
            throw new StorageException(Errno.EOPNOTSUPP, $"encryption format {format} is unknown: only LUKS1, LUKS2 and LUKS are supported");
        bool isAny = format == (int)EncryptionFormat.Luks;
        int expected = isAny ? sizeof(RbdAnyLuksFormatOptions) : sizeof(RbdLuksFormatOptions);
        if (options is null || size != (nuint)expected)
            throw new StorageException(Errno.EINVAL, $"options of encryption format {format} have {expected} bytes, not {size}");
        (nint passphrase, nuint length) = isAny
            ? ((nint)((RbdAnyLuksFormatOptions*)options)->Passphrase, ((RbdAnyLuksFormatOptions*)options)->PassphraseSize)
            : ((nint)((RbdLuksFormatOptions*)options)->Passphrase, ((RbdLuksFormatOptions*)options)->PassphraseSize);
        return new EncryptionSpec((EncryptionFormat)format, new ReadOnlySpan<byte>((void*)passphrase, checked((int)length)).ToArray());
    }

    private static void Wipe(EncryptionSpec spec)
    {
        if (MemoryMarshal.TryGetArray(spec.Passphrase, out ArraySegment<byte> passphrase))
            passphrase.AsSpan().Clear();
    }
}
