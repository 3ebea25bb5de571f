using System.Diagnostics;
using CurveRbd.Store;

namespace CurveRbd.Local;

/// <summary>The tables of <c>records.db</c>, described in docs/local-store.md.</summary>
internal static class RecordSchema
{
    public const int Version = 1;

    // "CRbd": tells this file from any other SQLite database.
    public const int ApplicationId = 0x43526264;

    // Ceph's client ids start about there, and consumers print them.
    private const int FirstSession = 4100;

    /// <summary>Turns the write-ahead log on. The first time that needs the file alone, and SQLite does not wait for that by itself.</summary>
    public static void UseWriteAheadLog(SqliteDatabase database, TimeSpan patience)
    {
        long start = Stopwatch.GetTimestamp();
        while (true)
        {
            try
            {
                database.Execute("PRAGMA journal_mode = WAL");
                return;
            }
            catch (StorageException error) when (error.Errno is Errno.ETIMEDOUT && Stopwatch.GetElapsedTime(start) < patience)
            {
                Thread.Sleep(10);
            }
        }
    }

    public static StoreIdentity Ensure(SqliteDatabase database, string path)
    {
        if (IsEmpty(database))
            Create(database);
        return Read(database, path);
    }

    /// <exception cref="StorageException">EOPNOTSUPP: made by a newer version. EIO: not a database of records.</exception>
    public static StoreIdentity Read(SqliteDatabase database, string path)
    {
        long application = database.Ask("PRAGMA application_id");
        if (application != ApplicationId)
            throw new StorageException(Errno.EIO, $"{path} is a database of something else (application id {application}); name another directory in rbd_store");

        long version = database.Ask("PRAGMA user_version");
        if (version > Version)
            throw new StorageException(Errno.EOPNOTSUPP, $"{path} has format {version}, this version of CurveRbd knows formats up to {Version}: upgrade CurveRbd on this host");

        return new StoreIdentity(
            database.AskText("SELECT fsid FROM store"),
            DateTimeOffset.FromUnixTimeMilliseconds(database.Ask("SELECT created FROM store")));
    }

    private static bool IsEmpty(SqliteDatabase database) =>
        database.Ask("PRAGMA user_version") == 0 && database.Ask("SELECT count(*) FROM sqlite_schema") == 0;

    // Another process may be at it too; whoever gets the lock second finds it done.
    private static void Create(SqliteDatabase database)
    {
        database.Execute("BEGIN IMMEDIATE");
        try
        {
            if (IsEmpty(database))
                database.Execute(Tables());
            database.Execute("COMMIT");
        }
        catch (StorageException)
        {
            database.TryRollBack();
            throw;
        }
    }

    private static string Tables() => $"""
        CREATE TABLE store(fsid TEXT NOT NULL, created INTEGER NOT NULL, revision INTEGER NOT NULL, session INTEGER NOT NULL);
        INSERT INTO store VALUES('{Guid.NewGuid()}', {DateTimeOffset.UtcNow.ToUnixTimeMilliseconds()}, 0, {FirstSession});
        CREATE TABLE records(key TEXT PRIMARY KEY, value BLOB NOT NULL, revision INTEGER NOT NULL, session INTEGER NOT NULL) WITHOUT ROWID;
        CREATE INDEX records_by_session ON records(session) WHERE session > 0;
        CREATE TABLE changes(sequence INTEGER PRIMARY KEY, key TEXT NOT NULL, value BLOB, revision INTEGER NOT NULL, session INTEGER NOT NULL);
        PRAGMA application_id = {ApplicationId};
        PRAGMA user_version = {Version};
        """;
}
