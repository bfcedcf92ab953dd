using System.Security.Cryptography;

namespace Nines.Backbone.Embedded;

/// <summary>A database of another program cannot be read.</summary>
/// <param name="isChanging">It is written while it is copied; else it is damaged, or no SQLite database.</param>
public sealed class ForeignDatabaseException(string message, bool isChanging = false) : Exception(message)
{
    public bool IsChanging { get; } = isChanging;
}

/// <summary>
/// A SQLite database that another program writes. It is copied, with its write-ahead log or rollback journal, into a private folder and read
/// there: nothing is changed beside the original, nobody is locked out, and what was not yet checkpointed is read too. Not for concurrent use.
/// </summary>
public sealed class ForeignDatabase : IDisposable
{
    private const int Attempts = 3;

    /// <summary>What SQLite keeps beside a database and is part of its content; the shared memory is not.</summary>
    private static readonly string[] Parts = ["", "-wal", "-journal"];

    private readonly string folder;
    private readonly SqliteDatabase database;

    private ForeignDatabase(string folder, SqliteDatabase database, byte[] digest) => (this.folder, this.database, Digest) = (folder, database, digest);

    /// <summary>SHA-256 over the files.</summary>
    public byte[] Digest { get; }

    /// <summary>True when its newest rows are kept in a write-ahead log while it is in use, and none lay beside it: it was closed, or copied without.</summary>
    public bool IsWithoutLog { get; private init; }

    /// <exception cref="ForeignDatabaseException">It is no SQLite database, damaged at its head, or changes all the time.</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be read.</exception>
    public static ForeignDatabase Open(string path)
    {
        var folder = Directory.CreateTempSubdirectory("nines-import-").FullName;
        SqliteDatabase? database = null;
        try
        {
            var copy = Path.Combine(folder, "copy.db");
            var digest = Copy(path, copy);
            var isWithoutLog = KeepsLog(copy) && !File.Exists(copy + "-wal");
            // Writable, for a hot journal is rolled back and a log recovered: in the copy.
            database = SqliteDatabase.OpenForWriting(copy);
            // What stands in the schema of a stranger's file is no program of ours.
            database.Execute("PRAGMA trusted_schema = OFF; PRAGMA cell_size_check = ON; PRAGMA query_only = ON;");
            database.Number("SELECT count(*) FROM sqlite_schema");
            return new ForeignDatabase(folder, database, digest) { IsWithoutLog = isWithoutLog };
        }
        catch (Exception failed)
        {
            database?.Dispose();
            Directory.Delete(folder, recursive: true);
            if (failed is SqliteFailure refused) throw new ForeignDatabaseException(refused.Message);
            throw;
        }
    }

    /// <returns>The names of a table's columns; none where there is no such table (a view is none).</returns>
    public IReadOnlySet<string> Columns(string table)
    {
        var columns = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        Read("SELECT c.name FROM sqlite_schema t JOIN pragma_table_info(t.name) c WHERE t.type = 'table' AND t.sql NOT LIKE 'CREATE VIRTUAL%' AND t.name = ?1 COLLATE NOCASE", table, row => columns.Add(row.Text(0)));
        return columns;
    }

    /// <exception cref="ForeignDatabaseException">The database is damaged.</exception>
    public void Read(string sql, Action<ForeignRow> onRow) => Read(sql, null, onRow);

    private void Read(string sql, string? parameter, Action<ForeignRow> onRow)
    {
        try
        {
            using var statement = database.Statement(sql);
            if (parameter is not null) statement.Bind(1, parameter);
            var row = new ForeignRow(statement);
            while (statement.Step()) onRow(row);
        }
        catch (SqliteFailure broken)
        {
            throw new ForeignDatabaseException(broken.Message);
        }
    }

    public void Dispose()
    {
        database.Dispose();
        Directory.Delete(folder, recursive: true);
    }

    /// <summary>Byte 18 of the header, the file format's write version, is 2 with a write-ahead log (sqlite.org/fileformat2.html, 1.3.3).</summary>
    private static bool KeepsLog(string path)
    {
        Span<byte> header = stackalloc byte[19];
        using var file = File.OpenRead(path);
        return file.ReadAtLeast(header, header.Length, throwOnEndOfStream: false) == header.Length && header[18] == 2;
    }

    private static byte[] Copy(string path, string copy)
    {
        for (var attempt = 1; ; attempt++)
        {
            var before = Parts.Select(part => Stamp(path + part)).ToList();
            using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
            for (var i = 0; i < Parts.Length; i++)
            {
                File.Delete(copy + Parts[i]);
                if (i == 0 || before[i].Length > 0) CopyPart(path + Parts[i], copy + Parts[i], hash);
            }
            if (before.SequenceEqual(Parts.Select(part => Stamp(path + part)))) return hash.GetHashAndReset();
            if (attempt == Attempts) throw new ForeignDatabaseException("it was written each time that it was copied", isChanging: true);
        }
    }

    private static (long Length, DateTime Written) Stamp(string path)
    {
        var file = new FileInfo(path);
        return file.Exists ? (file.Length, file.LastWriteTimeUtc) : (0, default);
    }

    private static void CopyPart(string from, string to, IncrementalHash hash)
    {
        // A log may be gone again by now: then what it held is in the database, and the stamps differ.
        if (!File.Exists(from) && !to.EndsWith(".db", StringComparison.Ordinal)) return;
        using var source = new FileStream(from, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        using var target = new FileStream(to, FileMode.Create, FileAccess.Write, FileShare.None);
        var buffer = new byte[1 << 20];
        for (int read; (read = source.Read(buffer)) > 0;)
        {
            target.Write(buffer, 0, read);
            hash.AppendData(buffer, 0, read);
        }
    }
}

/// <summary>A row while it is read; what it says is valid until the next.</summary>
public sealed class ForeignRow
{
    private readonly SqliteStatement statement;

    internal ForeignRow(SqliteStatement statement) => this.statement = statement;

    public bool IsNull(int column) => statement.IsNull(column);
    public long Long(int column) => statement.Long(column);
    public double Real(int column) => statement.Real(column);

    /// <returns>Empty for NULL.</returns>
    public string Text(int column) => statement.Text(column);
}
