using CurveRbd.Store;

namespace CurveRbd.Local;

/// <summary>Makes and opens what lies in a store's directory: <c>volumes/</c>, <c>records.db</c>, <c>sessions.lock</c>.</summary>
internal static class StoreDirectory
{
    // Long for a person, and long enough for the slowest disk to get a commit out of the way.
    private static readonly TimeSpan s_busyTimeout = TimeSpan.FromSeconds(10);

    /// <summary>Makes the directory when only it is missing.</summary>
    public static void Ensure(FilePath root)
    {
        if (!root.TryStat(out FileStatus status))
        {
            MakeRoot(root);
            status = root.Stat();
        }

        if (!status.IsDirectory)
            throw new StorageException(Errno.ENOTDIR, $"{root} is not a directory: name one in rbd_store = local:/some/directory");
    }

    public static SharedStore Open(FilePath root)
    {
        SqliteLoader.Load();
        FilePath file = root.Of("records.db");
        bool isThere = file.TryStat(out _);
        bool isWritable = root.IsWritable() && (!isThere || file.IsWritable());
        if (!isThere && !isWritable)
            throw FileFailure.Of(IsMountedReadOnly(root) ? (int)Errno.EROFS : (int)Errno.EACCES, "make a store in", root.Text);
        return isWritable ? OpenWritable(root, file) : OpenReadOnly(root, file);
    }

    private static SharedStore OpenWritable(FilePath root, FilePath file)
    {
        var parts = new List<IDisposable>();
        try
        {
            TryMake(() => file.Create(root).Dispose());
            SqliteDatabase database = Keep(parts, SqliteDatabase.Open(UriOf(file), file.Text, readOnly: false, s_busyTimeout));
            RecordSchema.UseWriteAheadLog(database, s_busyTimeout);
            StoreIdentity store = RecordSchema.Ensure(database, file.Text);
            TryMake(() => root.Of("volumes").MakeDirectory(root));

            SessionLocks sessions = Keep(parts, new SessionLocks(root, readOnly: false));
            RecordReader reader = Keep(parts, new RecordReader(SqliteDatabase.Open(UriOf(file), file.Text, readOnly: false, s_busyTimeout)));
            var records = new LocalRecords(file.Text, sessions, reader, new RecordWriter(database, sessions));
            return new SharedStore(new LocalVolumes(root, store), records);
        }
        catch
        {
            parts.ForEach(part => part.Dispose());
            throw;
        }
    }

    private static SharedStore OpenReadOnly(FilePath root, FilePath file)
    {
        SqliteDatabase database = OpenForReading(root, file, out StoreIdentity store);
        var sessions = new SessionLocks(root, readOnly: true);
        return new SharedStore(new LocalVolumes(root, store), new LocalRecords(file.Text, sessions, new RecordReader(database), writer: null));
    }

    // SQLite wants to make the log's files beside the database. On a file system where nobody can write it may do without.
    private static SqliteDatabase OpenForReading(FilePath root, FilePath file, out StoreIdentity store)
    {
        try
        {
            return OpenForReading(UriOf(file), file, out store);
        }
        catch (StorageException) when (IsMountedReadOnly(root) && !HasLog(root))
        {
            return OpenForReading(UriOf(file) + "?immutable=1", file, out store);
        }
    }

    private static SqliteDatabase OpenForReading(string uri, FilePath file, out StoreIdentity store)
    {
        SqliteDatabase database = SqliteDatabase.Open(uri, file.Text, readOnly: true, s_busyTimeout);
        try
        {
            store = RecordSchema.Read(database, file.Text);
            return database;
        }
        catch
        {
            database.Dispose();
            throw;
        }
    }

    private static bool HasLog(FilePath root) => root.Of("records.db-wal").TryStat(out FileStatus log) && log.Size > 0;

    private static bool IsMountedReadOnly(FilePath root) => (root.StatFileSystem().Flags & Libc.MountedReadOnly) != 0;

    private static void MakeRoot(FilePath root)
    {
        try
        {
            root.MakeDirectory(parent: null);
        }
        catch (StorageException error) when (error.Errno is Errno.ENOENT)
        {
            throw new StorageException(Errno.ENOENT, $"there is no {root}, nor the directory above it: make it, or name another one in rbd_store = local:/some/directory", error);
        }
        catch (StorageException error) when (error.Errno is Errno.EEXIST)
        {
            // Another process made it in this moment.
        }
    }

    private static void TryMake(Action make)
    {
        try
        {
            make();
        }
        catch (StorageException error) when (error.Errno is Errno.EEXIST)
        {
            // That is what was wanted.
        }
    }

    private static T Keep<T>(List<IDisposable> parts, T part)
        where T : IDisposable
    {
        parts.Add(part);
        return part;
    }

    private static string UriOf(FilePath file) =>
        "file:" + Path.GetFullPath(file.Text)
            .Replace("%", "%25", StringComparison.Ordinal)
            .Replace("?", "%3f", StringComparison.Ordinal)
            .Replace("#", "%23", StringComparison.Ordinal);
}
