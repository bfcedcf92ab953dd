namespace Nines.Backbone.Embedded;

/// <summary>
/// Records by key in a file of their own, for what must not be in the journal because it has to be forgotten when somebody says so: e-mail
/// addresses, for one. Only its owner may read the file (mode 600). What is deleted is in the file no more.
/// </summary>
/// <remarks>Every change is on the disk before the call returns. Safe for concurrent use; one process at a time has it open.</remarks>
public sealed class RecordFile : IDisposable
{
    private readonly Lock gate = new();
    private readonly SqliteDatabase database;
    private readonly string path;

    private RecordFile(SqliteDatabase database, string path) => (this.database, this.path) = (database, path);

    /// <summary>Opens the file; makes it when there is none.</summary>
    /// <exception cref="IOException">It cannot be opened, or it is another kind of file.</exception>
    public static RecordFile Open(string path)
    {
        if (!File.Exists(path)) Create(path);
        SqliteDatabase? database = null;
        try
        {
            database = SqliteDatabase.OpenForWriting(path);
            // A rollback journal is removed after each commit (but not when the lock is kept); a write-ahead log would keep what was deleted until it is written over.
            database.Execute("PRAGMA journal_mode=DELETE; PRAGMA synchronous=EXTRA; PRAGMA secure_delete=ON; CREATE TABLE IF NOT EXISTS records (key TEXT PRIMARY KEY, value BLOB NOT NULL) WITHOUT ROWID;");
            return new RecordFile(database, path);
        }
        catch (SqliteFailure failed)
        {
            database?.Dispose();
            throw new IOException($"{path} cannot be opened: {failed.Message}", failed);
        }
    }

    /// <summary>All records, by key.</summary>
    /// <exception cref="IOException">It cannot be read.</exception>
    public IReadOnlyList<KeyValuePair<string, byte[]>> All() => Do(() =>
    {
        var records = new List<KeyValuePair<string, byte[]>>();
        using var statement = database.Statement("SELECT key, value FROM records ORDER BY key");
        while (statement.Step()) records.Add(new(statement.Text(0), statement.Blob(1).ToArray()));
        return records;
    });

    /// <summary>Makes all changes or none.</summary>
    /// <param name="changes">New values by key; null deletes.</param>
    /// <exception cref="IOException">It cannot be written; nothing was changed.</exception>
    public void Commit(params IReadOnlyCollection<KeyValuePair<string, byte[]?>> changes) => Do(() =>
    {
        database.Execute("BEGIN IMMEDIATE");
        try
        {
            foreach (var (key, value) in changes)
            {
                if (value is null) database.Statement("DELETE FROM records WHERE key = ?1").Bind(1, key).Run();
                else database.Statement("INSERT INTO records (key, value) VALUES (?1, ?2) ON CONFLICT (key) DO UPDATE SET value = excluded.value").Bind(1, key).Bind(2, value).Run();
            }
            database.Execute("COMMIT");
            // Secure deletion zeroes what is freed, not the copies that are left where records were moved to make room.
            if (changes.Any(change => change.Value is null)) database.Execute("VACUUM");
        }
        finally
        {
            if (database.InTransaction) database.Execute("ROLLBACK");
        }
        return true;
    });

    public void Dispose()
    {
        lock (gate) database.Dispose();
    }

    private T Do<T>(Func<T> work)
    {
        lock (gate)
        {
            try
            {
                return work();
            }
            catch (SqliteFailure failed)
            {
                throw new IOException($"{path} failed: {failed.Message}", failed);
            }
        }
    }

    private static void Create(string path)
    {
        try
        {
            var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
            if (!OperatingSystem.IsWindows()) options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
            new FileStream(path, options).Dispose();
        }
        catch (UnauthorizedAccessException denied)
        {
            throw new IOException($"{path} cannot be made: {denied.Message}", denied);
        }
    }
}
