using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;
using CurveRbd.Store;
using Microsoft.Win32.SafeHandles;

namespace CurveRbd.Rbd;

/// <summary>
/// A LUKS header with its key slots, in memory and in the hands of libcryptsetup, which Ceph uses too: both make the same headers and
/// know the same ones. Deriving a key takes seconds on purpose; nothing here is for a thread of the pool.
/// </summary>
internal sealed class LuksHeader : IDisposable
{
    /// <summary>Before it no header has its data, and all of the metadata lies before it, in bytes.</summary>
    public const int UsualSize = 16 << 20;

    /// <summary>Two copies of the largest metadata, and the largest area for key slots, in bytes.</summary>
    public const int SizeMax = 136 << 20;

    private const int SectorShift = 9;
    private const int RoomToFormat = 4096; // libcryptsetup asks for that much, and makes the file as long as it needs
    private const int KeySizeMax = 64;

    private static readonly LibCryptSetup.LogCallback s_log = Note;

    private static readonly byte[] s_nothing = new byte[1];

    [ThreadStatic]
    private static string? t_lastError;

    private readonly SafeFileHandle _file;
    private nint _device;

    private LuksHeader()
    {
        if (!NativeLibrary.TryLoad(LibCryptSetup.Name, out _))
        {
            throw new StorageException(
                Errno.EOPNOTSUPP, $"encryption needs the library {LibCryptSetup.Name}, which is not installed here; install libcryptsetup12");
        }

        if (!AesXts.IsSupported)
            throw new StorageException(Errno.EOPNOTSUPP, "encryption needs a processor with AES instructions, or a virtual one that offers them");
        int descriptor = LibCryptSetup.CreateMemoryFile(ref CString("luks-header"u8), LibCryptSetup.CloseOnExec);
        if (descriptor < 0)
            throw new StorageException((Errno)Marshal.GetLastPInvokeError(), "no memory file can be made for a LUKS header");
        _file = new SafeFileHandle(descriptor, ownsHandle: true);
        try
        {
            Check("crypt_init", LibCryptSetup.Init(ref _device, ref CString(Encoding.ASCII.GetBytes($"/proc/self/fd/{descriptor}"))));
            // Without a callback of ours its messages would go to the host's stdout.
            LibCryptSetup.SetLog(_device, Marshal.GetFunctionPointerForDelegate(s_log), 0);
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>Where the data begins, in bytes.</summary>
    public ulong DataOffset => LibCryptSetup.GetDataOffset(_device) << SectorShift;

    /// <summary>A new header without a key slot yet.</summary>
    /// <param name="key">Of the data: 32 bytes for AES-128, 64 for AES-256.</param>
    /// <param name="alignment">The data begins at a multiple of it, in bytes.</param>
    /// <param name="isFast">Spares the work that keeps a passphrase from being guessed; for tests.</param>
    public static LuksHeader Create(EncryptionFormat format, ReadOnlySpan<byte> key, ulong alignment, bool isFast)
    {
        var header = new LuksHeader();
        try
        {
            RandomAccess.SetLength(header._file, RoomToFormat);
            if (isFast)
                header.DeriveFast();
            header.Format(format, key, (nuint)(alignment >> SectorShift));
            return header;
        }
        catch
        {
            header.Dispose();
            throw;
        }
    }

    /// <summary>Understands a header.</summary>
    /// <param name="format">What it must be.</param>
    /// <param name="start">Of the image.</param>
    /// <exception cref="StorageException">EINVAL: it is none, or of the other version, or broken. EOPNOTSUPP: it asks for more than Ceph can.</exception>
    public static LuksHeader Load(EncryptionFormat format, ReadOnlySpan<byte> start)
    {
        var header = new LuksHeader();
        try
        {
            RandomAccess.SetLength(header._file, SizeMax);
            header.Write(0, start);
            Check("crypt_load", format switch
            {
                EncryptionFormat.Luks1 => LibCryptSetup.Load(header._device, ref CString("LUKS1"u8), 0),
                EncryptionFormat.Luks2 => LibCryptSetup.Load(header._device, ref CString("LUKS2"u8), 0),
                _ => LibCryptSetup.Load(header._device, ref Unsafe.NullRef<byte>(), 0),
            });
            header.ThrowUnlessSupported(LuksMagic.VersionOf(start));
            return header;
        }
        catch
        {
            header.Dispose();
            throw;
        }
    }

    /// <summary>Lets a passphrase open it.</summary>
    public void AddKeySlot(ReadOnlySpan<byte> passphrase) => Check("crypt_keyslot_add_by_volume_key", LibCryptSetup.AddKeySlot(
        _device, LibCryptSetup.AnySlot, 0, 0, ref PointerTo(passphrase), (nuint)passphrase.Length));

    /// <summary>Adds more of the image's start.</summary>
    public void Write(ulong offset, ReadOnlySpan<byte> bytes) => RandomAccess.Write(_file, bytes, (long)offset);

    /// <summary>All of it, as it is to lie at the start of the image.</summary>
    public byte[] ToArray()
    {
        var bytes = new byte[RandomAccess.GetLength(_file)];
        for (int done = 0; done < bytes.Length;)
        {
            int read = RandomAccess.Read(_file, bytes.AsSpan(done), done);
            if (read == 0)
                break;
            done += read;
        }

        return bytes;
    }

    /// <exception cref="StorageException">EPERM: not with this passphrase.</exception>
    public SectorCipher Open(ReadOnlySpan<byte> passphrase)
    {
        Span<byte> key = stackalloc byte[KeySizeMax];
        nuint size = KeySizeMax;
        try
        {
            Check("crypt_volume_key_get", LibCryptSetup.GetKey(
                _device, LibCryptSetup.AnySlot, ref MemoryMarshal.GetReference(key), ref size, ref PointerTo(passphrase), (nuint)passphrase.Length));
            return CipherOf(key[..(int)size]);
        }
        finally
        {
            key.Clear();
        }
    }

    /// <param name="key">The one of this header.</param>
    public SectorCipher CipherOf(ReadOnlySpan<byte> key) =>
        new(key, LibCryptSetup.GetSectorSize(_device), DataOffset, LibCryptSetup.GetTweakOffset(_device));

    public void Dispose()
    {
        if (_device != 0)
            LibCryptSetup.Free(_device);
        _device = 0;
        _file.Dispose();
    }

    private void Format(EncryptionFormat format, ReadOnlySpan<byte> key, nuint alignment)
    {
        ref byte cipher = ref CString("aes"u8);
        ref byte mode = ref CString("xts-plain64"u8);
        ref byte bytes = ref MemoryMarshal.GetReference(key);
        var luks1 = new LibCryptSetup.Luks1Parameters { DataAlignment = alignment };
        var luks2 = new LibCryptSetup.Luks2Parameters { DataAlignment = alignment, SectorSize = 4096 };
        Check("crypt_format", format == EncryptionFormat.Luks1
            ? LibCryptSetup.Format(_device, ref CString("LUKS1"u8), ref cipher, ref mode, 0, ref bytes, (nuint)key.Length, ref luks1)
            : LibCryptSetup.Format(_device, ref CString("LUKS2"u8), ref cipher, ref mode, 0, ref bytes, (nuint)key.Length, ref luks2));
    }

    private void DeriveFast()
    {
        nint type = Marshal.StringToCoTaskMemUTF8("pbkdf2");
        nint hash = Marshal.StringToCoTaskMemUTF8("sha256");
        try
        {
            var derivation = new LibCryptSetup.KeyDerivation
            {
                Type = type, Hash = hash, TimeMs = 1, Iterations = 1000, Flags = LibCryptSetup.NoBenchmark,
            };
            Check("crypt_set_pbkdf_type", LibCryptSetup.SetKeyDerivation(_device, ref derivation));
        }
        finally
        {
            Marshal.FreeCoTaskMem(type);
            Marshal.FreeCoTaskMem(hash);
        }
    }

    private void ThrowUnlessSupported(int version)
    {
        string cipher = $"{Text(LibCryptSetup.GetCipher(_device))}-{Text(LibCryptSetup.GetCipherMode(_device))}";
        int keySize = LibCryptSetup.GetKeySize(_device);
        if (cipher != "aes-xts-plain64" || keySize is not (32 or 64))
            throw new StorageException(Errno.EOPNOTSUPP, $"the LUKS header says {cipher} with a key of {keySize} bytes; only aes-xts-plain64 of 32 or 64 is known");
        if (version == 1)
            return; // it has no flags
        uint flags = 0;
        Check("crypt_persistent_flags_get", LibCryptSetup.GetPersistentFlags(_device, LibCryptSetup.RequirementFlags, ref flags));
        if (flags != 0)
            throw new StorageException(Errno.EOPNOTSUPP, "the LUKS header asks for more than a key, as while its data is being encrypted anew: finish that with cryptsetup");
    }

    private static string Text(nint text) => Marshal.PtrToStringUTF8(text) ?? "nothing";

    // No copy: nothing of a passphrase is left behind. An empty one is one too, and not NULL.
    private static ref byte PointerTo(ReadOnlySpan<byte> passphrase) =>
        ref passphrase.IsEmpty ? ref s_nothing[0] : ref MemoryMarshal.GetReference(passphrase);

    private static ref byte CString(ReadOnlySpan<byte> text)
    {
        var terminated = new byte[text.Length + 1];
        text.CopyTo(terminated);
        return ref terminated[0];
    }

    private static void Check(string call, int result)
    {
        string said = t_lastError is { } error ? $": {error}" : "";
        t_lastError = null;
        if (result < 0)
            throw new StorageException((Errno)(-result), $"{call} of {LibCryptSetup.Name} failed{said}");
    }

    private static void Note(int level, nint message, nint argument)
    {
        if (level == LibCryptSetup.LogError)
            t_lastError = Marshal.PtrToStringUTF8(message)?.TrimEnd();
    }
}
