using System.Diagnostics.CodeAnalysis;
using Nines.Backbone.Journal;

namespace Nines.Backbone.Embedded;

/// <summary>The database file: its schema, how it is opened and recognised, and what SQLite's failures mean.</summary>
internal static class JournalFile
{
    public const string Name = "nines.db";

    /// <summary>"NINE" in ASCII, in the header of every journal.</summary>
    public const long ApplicationId = 0x4E494E45;

    public const long SchemaVersion = 1;

    private const string Schema = """
        CREATE TABLE journal_head (only_row INTEGER PRIMARY KEY CHECK (only_row = 1), position INTEGER NOT NULL);
        INSERT INTO journal_head VALUES (1, 0);
        CREATE TABLE journal_stream (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, version INTEGER NOT NULL);
        CREATE TABLE journal_entry (position INTEGER PRIMARY KEY, stream INTEGER NOT NULL, version INTEGER NOT NULL, fact BLOB NOT NULL);
        CREATE TABLE journal_append (stream INTEGER NOT NULL, key TEXT NOT NULL, last INTEGER NOT NULL, version INTEGER NOT NULL,
            PRIMARY KEY (stream, key)) WITHOUT ROWID;
        CREATE TABLE snapshot (owner TEXT NOT NULL, key TEXT NOT NULL, value BLOB NOT NULL, PRIMARY KEY (owner, key));
        CREATE TABLE series (id INTEGER PRIMARY KEY, component TEXT NOT NULL, probe TEXT NOT NULL, vantage_point TEXT NOT NULL, signal TEXT NOT NULL,
            UNIQUE (component, probe, vantage_point, signal));
        CREATE TABLE series_minute (series INTEGER NOT NULL, minute INTEGER NOT NULL, count INTEGER NOT NULL, min REAL NOT NULL, max REAL NOT NULL,
            sum REAL NOT NULL, sketch BLOB NOT NULL, PRIMARY KEY (series, minute)) WITHOUT ROWID;
        CREATE TABLE series_hour (series INTEGER NOT NULL, hour INTEGER NOT NULL, count INTEGER NOT NULL, min REAL NOT NULL, max REAL NOT NULL,
            sum REAL NOT NULL, sketch BLOB NOT NULL, PRIMARY KEY (series, hour)) WITHOUT ROWID;
        """;

    /// <summary>Opens the file for the one writer, and makes its tables when it is new.</summary>
    public static SqliteDatabase OpenForWriting(string path, SqliteJournalOptions options) => Guard(path, () =>
    {
        var database = SqliteDatabase.OpenForWriting(path);
        try
        {
            if (database.IsReadOnly) throw JournalErrors.CannotWrite(path, "the file is read-only");
            var isNew = !Recognise(database, path);
            if (options.MaxPages > 0) database.Execute($"PRAGMA max_page_count = {options.MaxPages}");
            // FULL: the log is synced before a commit returns. No automatic checkpoint: it would run inside a commit, and somebody waits for that.
            database.Execute("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 0; PRAGMA cache_size = -16384;");
            if (isNew)
                database.Execute($"BEGIN IMMEDIATE; {Schema} PRAGMA application_id = {ApplicationId}; PRAGMA user_version = {SchemaVersion}; COMMIT;");
            RequireWholeHead(database, path);
            return database;
        }
        catch
        {
            database.Dispose();
            throw;
        }
    });

    /// <summary>Opens the file for reading, beside a running writer or without one.</summary>
    /// <param name="mayChange">False when the connection must not be kept: it would not see a writer that starts later.</param>
    public static SqliteDatabase OpenForReading(string path, out bool mayChange)
    {
        var changing = true;
        var opened = Guard(path, () =>
        {
            var folder = Path.GetDirectoryName(path) ?? path;
            if (!Directory.Exists(folder)) throw JournalErrors.FolderMissing(folder);
            if (!File.Exists(path)) throw MayRead(folder, out var refusal) ? JournalErrors.NothingThere(path) : JournalErrors.MayNotRead(folder, refusal);
            try
            {
                return Recognised(SqliteDatabase.OpenForReading(path), path);
            }
            catch (SqliteFailure failure) when (failure.PrimaryCode is SQLitePCL.raw.SQLITE_CANTOPEN or SQLitePCL.raw.SQLITE_READONLY && LogIsEmpty(path))
            {
                // SQLite wants files beside a database with a write-ahead log. In a folder that cannot be written and where no log waits, it can do without.
                changing = false;
                return Recognised(SqliteDatabase.OpenUnchanging(path), path);
            }
        });
        mayChange = changing;
        return opened;
    }

    /// <summary>Runs an act on the file and gives SQLite's failures their meaning.</summary>
    public static T Guard<T>(string path, Func<T> act)
    {
        try
        {
            return act();
        }
        catch (SqliteFailure failure)
        {
            throw Meaning(path, failure);
        }
    }

    public static JournalException Meaning(string path, SqliteFailure failure) => failure.PrimaryCode switch
    {
        SQLitePCL.raw.SQLITE_NOTADB => JournalErrors.Foreign(path, "it is not an SQLite database", failure),
        SQLitePCL.raw.SQLITE_CORRUPT => JournalErrors.Damaged(path, failure.Message, failure),
        SQLitePCL.raw.SQLITE_FULL => JournalErrors.Full(path, failure.Message, failure),
        SQLitePCL.raw.SQLITE_READONLY or SQLitePCL.raw.SQLITE_PERM or SQLitePCL.raw.SQLITE_CANTOPEN => JournalErrors.CannotWrite(path, failure.Message, failure),
        SQLitePCL.raw.SQLITE_BUSY or SQLitePCL.raw.SQLITE_LOCKED => JournalErrors.Locked(path, failure.Message, failure),
        // The index of the log lies in shared memory beside the file: that it cannot grow is a full disk too.
        SQLitePCL.raw.SQLITE_IOERR when failure.ResultCode == SQLitePCL.raw.SQLITE_IOERR_SHMSIZE => JournalErrors.Full(path, failure.Message, failure),
        _ => JournalErrors.Failed(path, failure.Message, failure),
    };

    /// <summary>After these, what the disk holds is uncertain: a file whose sync failed once may seem to sync the next time and yet be lost.</summary>
    public static bool IsFatal(JournalException failure) => failure.Code is JournalErrors.Corrupt or JournalErrors.StorageFailed or JournalErrors.ForeignFile;

    /// <summary>False where others' folders are closed to us: a file in one looks as if it were not there.</summary>
    private static bool MayRead(string folder, [NotNullWhen(false)] out Exception? refusal)
    {
        try
        {
            _ = Directory.EnumerateFileSystemEntries(folder).Any();
            refusal = null;
            return true;
        }
        catch (UnauthorizedAccessException denied)
        {
            refusal = denied;
            return false;
        }
    }

    private static SqliteDatabase Recognised(SqliteDatabase database, string path)
    {
        try
        {
            return Recognise(database, path) ? database : throw JournalErrors.NothingThere(path);
        }
        catch
        {
            database.Dispose();
            throw;
        }
    }

    /// <returns>False when the file is new and empty.</returns>
    private static bool Recognise(SqliteDatabase database, string path)
    {
        // In one transaction: read one by one, the marks of a file that its first writer makes just then would be half old and half new.
        database.Execute("BEGIN");
        var application = database.Number("PRAGMA application_id");
        var version = database.Number("PRAGMA user_version");
        var tables = database.Number("SELECT count(*) FROM sqlite_master");
        database.Execute("COMMIT");
        if (application == 0 && version == 0 && tables == 0) return false;
        if (application != ApplicationId) throw JournalErrors.Foreign(path, $"an SQLite database of another program, application id {application}");
        if (version > SchemaVersion) throw JournalErrors.Newer(path, version, SchemaVersion);
        if (version < 1) throw JournalErrors.Damaged(path, $"schema version {version}");
        return true;
    }

    private static void RequireWholeHead(SqliteDatabase database, string path)
    {
        var head = database.Number("SELECT position FROM journal_head WHERE only_row = 1");
        var last = database.Number("SELECT coalesce(max(position), 0) FROM journal_entry");
        if (head != last) throw JournalErrors.Damaged(path, $"the head says position {head}, the last entry is {last}");
    }

    private static bool LogIsEmpty(string path)
    {
        var log = new FileInfo(path + "-wal");
        return !log.Exists || log.Length == 0;
    }
}
