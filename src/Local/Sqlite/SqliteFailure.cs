using CurveRbd.Store;
using SQLitePCL;

namespace CurveRbd.Local;

/// <summary>Turns SQLite's result codes into errors that say what to do.</summary>
internal static class SqliteFailure
{
    private const int PrimaryMask = 0xff;

    public static StorageException Of(int code, sqlite3 database, string path)
    {
        (Errno errno, string advice) = Meaning(code & PrimaryMask);
        return new StorageException(errno, $"records in {path}: {raw.sqlite3_errmsg(database).utf8_to_string()} ({code}); {advice}");
    }

    public static bool IsDamage(int code) => (code & PrimaryMask) is raw.SQLITE_CORRUPT or raw.SQLITE_NOTADB;

    private static (Errno Errno, string Advice) Meaning(int code) => code switch
    {
        raw.SQLITE_BUSY or raw.SQLITE_LOCKED => (Errno.ETIMEDOUT, "another process has kept them locked; see which one with fuser"),
        raw.SQLITE_FULL => (Errno.ENOSPC, "the file system is full: free space, the store needs no repair"),
        raw.SQLITE_READONLY => (Errno.EROFS, "the file or its directory is read-only: images can be read, not changed"),
        raw.SQLITE_CANTOPEN => (Errno.EACCES, "this process's user needs to read and write the store's directory, see docs/local-store.md"),
        raw.SQLITE_PERM or raw.SQLITE_AUTH => (Errno.EACCES, "give this process's user access to the store's directory"),
        raw.SQLITE_NOMEM => (Errno.ENOMEM, "the process has no memory left"),
        raw.SQLITE_CORRUPT or raw.SQLITE_NOTADB => (Errno.EIO, "the file is damaged: keep a copy, then restore it or try \"sqlite3 records.db .recover\"; volumes are not affected"),
        _ => (Errno.EIO, "see the kernel's log for the disk's errors"),
    };
}
