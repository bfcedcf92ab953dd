using SQLitePCL;

namespace Nines.Backbone.Embedded;

/// <summary>SQLite said no. <see cref="ResultCode"/> is SQLite's extended result code (https://www.sqlite.org/rescode.html).</summary>
internal sealed class SqliteFailure(int resultCode, string message) : Exception($"SQLite {resultCode}: {message}")
{
    public int ResultCode { get; } = resultCode;
    public int PrimaryCode => ResultCode & 0xFF;
}

/// <summary>One connection with its prepared statements. Not for concurrent use.</summary>
/// <remarks>
/// Straight on SQLite's C interface: result codes decide how a failure is mended, and blobs are read where they lie. The bundled library
/// is used wherever Nines runs, so that what was tested is what runs: the system's is often as old, and differs from host to host.
/// </remarks>
internal sealed class SqliteDatabase : IDisposable
{
    private readonly sqlite3 handle;
    private readonly Dictionary<string, SqliteStatement> statements = new(StringComparer.Ordinal);

    static SqliteDatabase() => Batteries_V2.Init();

    private SqliteDatabase(sqlite3 handle) => this.handle = handle;

    /// <exception cref="SqliteFailure">The file cannot be opened.</exception>
    public static SqliteDatabase OpenForWriting(string path) => Open(path, raw.SQLITE_OPEN_READWRITE | raw.SQLITE_OPEN_CREATE);

    public static SqliteDatabase OpenForReading(string path) => Open(path, raw.SQLITE_OPEN_READONLY);

    /// <summary>For a file that nobody can change: SQLite then needs no files beside it. Holds only while there is no write-ahead log.</summary>
    public static SqliteDatabase OpenUnchanging(string path) =>
        Open($"file:{Uri.EscapeDataString(path).Replace("%2F", "/", StringComparison.Ordinal)}?immutable=1", raw.SQLITE_OPEN_READONLY | raw.SQLITE_OPEN_URI);

    public bool IsReadOnly => raw.sqlite3_db_readonly(handle, "main") == 1;

    public bool InTransaction => raw.sqlite3_get_autocommit(handle) == 0;

    /// <summary>Pages written to the write-ahead log since this was last asked.</summary>
    public int TakePagesWritten()
    {
        Require(raw.sqlite3_db_status(handle, 9 /* SQLITE_DBSTATUS_CACHE_WRITE */, out var pages, out _, 1));
        return pages;
    }

    /// <summary>A prepared statement, kept for the next time; dispose it to reset it.</summary>
    public SqliteStatement Statement(string sql)
    {
        if (statements.TryGetValue(sql, out var known)) return known;
        Require(raw.sqlite3_prepare_v2(handle, sql, out var prepared));
        return statements[sql] = new SqliteStatement(this, prepared);
    }

    /// <summary>Runs one or more statements without parameters and ignores their rows.</summary>
    public void Execute(string sql) => Require(raw.sqlite3_exec(handle, sql));

    /// <summary>The first column of the first row as a whole number; 0 without a row.</summary>
    public long Number(string sql)
    {
        using var statement = Statement(sql);
        return statement.Step() ? statement.Long(0) : 0;
    }

    /// <summary>Copies what can be copied from the write-ahead log into the database without waiting for readers.</summary>
    /// <returns>True when the whole log was copied.</returns>
    public bool Checkpoint(bool truncate)
    {
        var mode = truncate ? raw.SQLITE_CHECKPOINT_TRUNCATE : raw.SQLITE_CHECKPOINT_PASSIVE;
        var code = raw.sqlite3_wal_checkpoint_v2(handle, "main", mode, out var inLog, out var copied);
        if ((code & 0xFF) == raw.SQLITE_BUSY) return false;
        Require(code);
        return inLog == copied;
    }

    /// <summary>Copies the whole database over another one, page by page (https://www.sqlite.org/backup.html). Hold a transaction: else it begins anew after each commit of others.</summary>
    /// <param name="step">Called after every <paramref name="pages"/> with the pages left and all pages; may throw to stop.</param>
    public void CopyTo(SqliteDatabase target, int pages, Action<int, int> step)
    {
        using var copy = raw.sqlite3_backup_init(target.handle, "main", handle, "main") ?? throw target.Failure();
        while (true)
        {
            var code = raw.sqlite3_backup_step(copy, pages);
            if (code is not (raw.SQLITE_OK or raw.SQLITE_DONE)) throw new SqliteFailure(code, "the copy failed");
            step(raw.sqlite3_backup_remaining(copy), raw.sqlite3_backup_pagecount(copy));
            if (code == raw.SQLITE_DONE) return;
        }
    }

    internal void Require(int code)
    {
        if (code is raw.SQLITE_OK or raw.SQLITE_ROW or raw.SQLITE_DONE) return;
        throw Failure();
    }

    internal SqliteFailure Failure() => new(raw.sqlite3_extended_errcode(handle), raw.sqlite3_errmsg(handle).utf8_to_string());

    public void Dispose()
    {
        foreach (var statement in statements.Values) statement.Release();
        statements.Clear();
        raw.sqlite3_close_v2(handle);
        handle.Dispose();
    }

    private static SqliteDatabase Open(string path, int flags)
    {
        var code = raw.sqlite3_open_v2(path, out var handle, flags | raw.SQLITE_OPEN_NOMUTEX, null);
        if (code == raw.SQLITE_OK)
        {
            raw.sqlite3_extended_result_codes(handle, 1);
            raw.sqlite3_busy_timeout(handle, 5_000);
            return new SqliteDatabase(handle);
        }
        var message = handle is null ? "cannot open" : raw.sqlite3_errmsg(handle).utf8_to_string();
        handle?.Dispose();
        throw new SqliteFailure(code, message);
    }
}

/// <summary>A prepared statement. <see cref="Dispose"/> resets it for the next use; the connection frees it.</summary>
internal sealed class SqliteStatement(SqliteDatabase database, sqlite3_stmt statement) : IDisposable
{
    public SqliteStatement Bind(int index, long value)
    {
        database.Require(raw.sqlite3_bind_int64(statement, index, value));
        return this;
    }

    public SqliteStatement Bind(int index, double value)
    {
        database.Require(raw.sqlite3_bind_double(statement, index, value));
        return this;
    }

    public SqliteStatement Bind(int index, string value)
    {
        database.Require(raw.sqlite3_bind_text(statement, index, value));
        return this;
    }

    public SqliteStatement Bind(int index, ReadOnlySpan<byte> value)
    {
        // An empty span has no address, and SQLite takes a blob without address for NULL.
        database.Require(value.IsEmpty ? raw.sqlite3_bind_zeroblob(statement, index, 0) : raw.sqlite3_bind_blob(statement, index, value));
        return this;
    }

    /// <returns>True on a row; false at the end.</returns>
    /// <exception cref="SqliteFailure">The step failed.</exception>
    public bool Step()
    {
        var code = raw.sqlite3_step(statement);
        if (code == raw.SQLITE_ROW) return true;
        if (code == raw.SQLITE_DONE) return false;
        var failure = database.Failure();
        raw.sqlite3_reset(statement);
        throw failure;
    }

    /// <summary>Runs to the end and resets.</summary>
    public void Run()
    {
        while (Step()) { }
        raw.sqlite3_reset(statement);
    }

    public bool IsNull(int column) => raw.sqlite3_column_type(statement, column) == raw.SQLITE_NULL;
    public long Long(int column) => raw.sqlite3_column_int64(statement, column);
    public double Real(int column) => raw.sqlite3_column_double(statement, column);
    public string Text(int column) => raw.sqlite3_column_text(statement, column).utf8_to_string() ?? "";

    /// <summary>Valid until the next step.</summary>
    public ReadOnlySpan<byte> Blob(int column) => raw.sqlite3_column_blob(statement, column);

    public void Dispose() => raw.sqlite3_reset(statement);

    internal void Release() => statement.Dispose();
}
