using System.Diagnostics.CodeAnalysis;
using CurveRbd.Store;
using SQLitePCL;

namespace CurveRbd.Local;

/// <summary>A connection to the database of records. Used under a lock of its owner.</summary>
internal sealed class SqliteDatabase : IDisposable
{
    private readonly List<SqliteStatement> _statements = [];
    private readonly string _path;

    private SqliteDatabase(sqlite3 handle, string path)
    {
        Handle = handle;
        _path = path;
    }

    public sqlite3 Handle { get; }

    /// <param name="uri">The file, or a file: URI for it.</param>
    /// <param name="path">The file, for people.</param>
    /// <param name="busyTimeout">How long to wait for other processes before ETIMEDOUT.</param>
    public static SqliteDatabase Open(string uri, string path, bool readOnly, TimeSpan busyTimeout)
    {
        int flags = raw.SQLITE_OPEN_NOMUTEX | raw.SQLITE_OPEN_URI
            | (readOnly ? raw.SQLITE_OPEN_READONLY : raw.SQLITE_OPEN_READWRITE | raw.SQLITE_OPEN_CREATE);
        int code = raw.sqlite3_open_v2(uri, out sqlite3 handle, flags, null);
        var database = new SqliteDatabase(handle, path);
        if (code != raw.SQLITE_OK)
        {
            StorageException failure = SqliteFailure.Of(code, handle, path);
            database.Dispose();
            throw failure;
        }

        raw.sqlite3_extended_result_codes(handle, 1);
        raw.sqlite3_busy_timeout(handle, (int)busyTimeout.TotalMilliseconds);

        // A short-lived process would pay two fsyncs at its end for what the next commit does anyway.
        raw.sqlite3_db_config(handle, raw.SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, out _);
        return database;
    }

    /// <summary>Compiles <paramref name="sql"/>; it lives as long as the connection.</summary>
    public SqliteStatement Prepare(string sql)
    {
        var statement = new SqliteStatement(this, sql);
        _statements.Add(statement);
        return statement;
    }

    public void Execute(string sql) => Check(raw.sqlite3_exec(Handle, sql));

    public long Ask(string sql)
    {
        using var statement = new SqliteStatement(this, sql);
        return statement.Ask();
    }

    public string AskText(string sql)
    {
        using var statement = new SqliteStatement(this, sql);
        return statement.Step() ? statement.Text(0) : "";
    }

    /// <summary>Ends a transaction that failed, unless SQLite has done so already.</summary>
    public void TryRollBack()
    {
        if (raw.sqlite3_get_autocommit(Handle) == 0)
            _ = raw.sqlite3_exec(Handle, "ROLLBACK");
    }

    public void Check(int code)
    {
        if (code != raw.SQLITE_OK)
            Throw(code);
    }

    [DoesNotReturn]
    public void Throw(int code) => throw SqliteFailure.Of(code, Handle, _path);

    public void Dispose()
    {
        foreach (SqliteStatement statement in _statements)
            statement.Dispose();
        Handle.Dispose();
    }
}
