using System.Runtime.InteropServices;

namespace CurveRbd.Rbd;

/// <summary>What is used of libcryptsetup, and of the C library for it. Strings end with a NUL.</summary>
internal static class LibCryptSetup
{
    public const string Name = "libcryptsetup.so.12";

    public const int AnySlot = -1;
    public const int LogError = 1;
    public const int RequirementFlags = 1;
    public const uint NoBenchmark = 2;
    public const uint CloseOnExec = 1;

    /// <summary>void log(int level, const char *message, void *argument)</summary>
    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    public delegate void LogCallback(int level, nint message, nint argument);

    [DllImport("libc", EntryPoint = "memfd_create", SetLastError = true)]
    public static extern int CreateMemoryFile(ref byte name, uint flags);

    [DllImport("libc", EntryPoint = "getrandom", SetLastError = true)]
    public static extern nint GetRandom(ref byte bytes, nuint length, uint flags);

    [DllImport(Name, EntryPoint = "crypt_init")]
    public static extern int Init(ref nint device, ref byte path);

    [DllImport(Name, EntryPoint = "crypt_free")]
    public static extern void Free(nint device);

    [DllImport(Name, EntryPoint = "crypt_set_log_callback")]
    public static extern void SetLog(nint device, nint callback, nint argument);

    [DllImport(Name, EntryPoint = "crypt_set_pbkdf_type")]
    public static extern int SetKeyDerivation(nint device, ref KeyDerivation derivation);

    [DllImport(Name, EntryPoint = "crypt_format")]
    public static extern int Format(
        nint device, ref byte type, ref byte cipher, ref byte mode, nint uuid, ref byte key, nuint keySize, ref Luks1Parameters parameters);

    [DllImport(Name, EntryPoint = "crypt_format")]
    public static extern int Format(
        nint device, ref byte type, ref byte cipher, ref byte mode, nint uuid, ref byte key, nuint keySize, ref Luks2Parameters parameters);

    /// <param name="type">NULL: LUKS of either version.</param>
    [DllImport(Name, EntryPoint = "crypt_load")]
    public static extern int Load(nint device, ref byte type, nint parameters);

    [DllImport(Name, EntryPoint = "crypt_keyslot_add_by_volume_key")]
    public static extern int AddKeySlot(nint device, int slot, nint key, nuint keySize, ref byte passphrase, nuint passphraseSize);

    [DllImport(Name, EntryPoint = "crypt_volume_key_get")]
    public static extern int GetKey(
        nint device, int slot, ref byte key, ref nuint keySize, ref byte passphrase, nuint passphraseSize);

    /// <returns>In sectors of 512 bytes.</returns>
    [DllImport(Name, EntryPoint = "crypt_get_data_offset")]
    public static extern ulong GetDataOffset(nint device);

    /// <returns>In sectors of 512 bytes.</returns>
    [DllImport(Name, EntryPoint = "crypt_get_iv_offset")]
    public static extern ulong GetTweakOffset(nint device);

    [DllImport(Name, EntryPoint = "crypt_get_sector_size")]
    public static extern int GetSectorSize(nint device);

    [DllImport(Name, EntryPoint = "crypt_get_volume_key_size")]
    public static extern int GetKeySize(nint device);

    [DllImport(Name, EntryPoint = "crypt_get_cipher")]
    public static extern nint GetCipher(nint device);

    [DllImport(Name, EntryPoint = "crypt_get_cipher_mode")]
    public static extern nint GetCipherMode(nint device);

    [DllImport(Name, EntryPoint = "crypt_persistent_flags_get")]
    public static extern int GetPersistentFlags(nint device, int kind, ref uint flags);

    /// <summary>struct crypt_pbkdf_type</summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct KeyDerivation
    {
        public nint Type;
        public nint Hash;
        public uint TimeMs;
        public uint Iterations;
        public uint MemoryMaxKib;
        public uint Threads;
        public uint Flags;
    }

    /// <summary>struct crypt_params_luks1</summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct Luks1Parameters
    {
        public nint Hash;
        public nuint DataAlignment; // in sectors of 512 bytes
        public nint DataDevice;
    }

    /// <summary>struct crypt_params_luks2</summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct Luks2Parameters
    {
        public nint KeyDerivation;
        public nint Integrity;
        public nint IntegrityParameters;
        public nuint DataAlignment; // in sectors of 512 bytes
        public nint DataDevice;
        public uint SectorSize;
        public nint Label;
        public nint Subsystem;
    }
}
