using SQLitePCL;

namespace CurveRbd.Local;

/// <summary>A compiled statement: bind, step until false, which resets it for the next use.</summary>
internal sealed class SqliteStatement : IDisposable
{
    private readonly SqliteDatabase _database;
    private readonly sqlite3_stmt _handle;

    public SqliteStatement(SqliteDatabase database, string sql)
    {
        _database = database;
        database.Check(raw.sqlite3_prepare_v2(database.Handle, sql, out _handle));
    }

    public SqliteStatement Bind(int index, string text)
    {
        _database.Check(raw.sqlite3_bind_text(_handle, index, text));
        return this;
    }

    public SqliteStatement Bind(int index, long integer)
    {
        _database.Check(raw.sqlite3_bind_int64(_handle, index, integer));
        return this;
    }

    public SqliteStatement Bind(int index, ReadOnlySpan<byte> bytes)
    {
        // A blob of no bytes is not NULL: NULL says deleted.
        _database.Check(bytes.IsEmpty ? raw.sqlite3_bind_zeroblob(_handle, index, 0) : raw.sqlite3_bind_blob(_handle, index, bytes));
        return this;
    }

    public SqliteStatement BindNull(int index)
    {
        _database.Check(raw.sqlite3_bind_null(_handle, index));
        return this;
    }

    /// <returns>true: there is a row. false: all is done.</returns>
    public bool Step()
    {
        int code = raw.sqlite3_step(_handle);
        if (code == raw.SQLITE_ROW)
            return true;

        // reset repeats the error of the step.
        raw.sqlite3_reset(_handle);
        if (code != raw.SQLITE_DONE)
            _database.Throw(code);
        return false;
    }

    /// <summary>Runs a statement that returns no rows.</summary>
    public void Run()
    {
        while (Step())
        {
        }
    }

    /// <summary>Runs a statement that returns one number.</summary>
    public long Ask()
    {
        long answer = Step() ? Integer(0) : 0;
        Reset();
        return answer;
    }

    /// <summary>Leaves rows unread.</summary>
    public void Reset() => raw.sqlite3_reset(_handle);

    public long Integer(int column) => raw.sqlite3_column_int64(_handle, column);

    public string Text(int column) => raw.sqlite3_column_text(_handle, column).utf8_to_string();

    public ReadOnlySpan<byte> Blob(int column) => raw.sqlite3_column_blob(_handle, column);

    public bool IsNull(int column) => raw.sqlite3_column_type(_handle, column) == raw.SQLITE_NULL;

    public void Dispose() => _handle.Dispose();
}
