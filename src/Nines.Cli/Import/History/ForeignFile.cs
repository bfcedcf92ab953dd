using Nines.Backbone.Embedded;
using Nines.Cli.Output;

namespace Nines.Cli.Import.History;

/// <summary>Databases that others write.</summary>
internal static class ForeignFile
{
    /// <summary>Bytes of one.</summary>
    public const long MostBytes = 4L << 30;

    /// <exception cref="Fault">NIN4210, NIN4212, NIN4218, NIN4219.</exception>
    public static ForeignDatabase Open(string path)
    {
        try
        {
            var file = new FileInfo(path);
            if (file.Exists && file.Length > MostBytes) throw SourceFile.TooLarge(path, $"{file.Length:N0} bytes; at most {MostBytes:N0} are read");
            return ForeignDatabase.Open(path);
        }
        catch (ForeignDatabaseException broken)
        {
            throw Broken(path, broken);
        }
        catch (Exception wrong) when (wrong is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            var why = wrong is FileNotFoundException or DirectoryNotFoundException ? "it is not there" : wrong is UnauthorizedAccessException ? "permission denied, or it is a folder" : wrong.Message;
            throw new Fault("NIN4210", ExitCode.OutOfReach, $"{path}: cannot be read: {why}. Name the SQLite database of the other tool.");
        }
    }

    /// <summary>What a reader should know of the copy that was read.</summary>
    public static IEnumerable<string> Assumptions(string path, ForeignDatabase database)
    {
        var name = Path.GetFileName(path);
        if (database.IsWithoutLog) yield return $"No {name}-wal lies beside it: right when its program was stopped. Of one that runs the newest rows are in that file alone, so a copy of {name} without it ends earlier.";
    }

    public static Fault Broken(string path, ForeignDatabaseException broken) => broken.IsChanging
        ? new Fault("NIN4219", ExitCode.OutOfReach, $"{path}: {broken.Message}. Stop the program that writes it for a moment, or import a copy (sqlite3 {Path.GetFileName(path)} \".backup copy.db\").")
        : new Fault("NIN4218", ExitCode.CalledWrong, $"{path}: is no SQLite database that can be read: {broken.Message}. Name the file itself; what is damaged can often be saved by sqlite3's .recover. A store in PostgreSQL or MariaDB cannot be imported: export it as CSV.");

    /// <returns>All of the table's columns.</returns>
    /// <exception cref="Fault">NIN4218: the table, or one of the columns, is not there.</exception>
    public static IReadOnlySet<string> Require(string path, ForeignDatabase database, string tool, string table, params string[] columns)
    {
        var found = database.Columns(table);
        if (found.Count == 0) throw new Fault("NIN4218", ExitCode.CalledWrong, $"{path}: has no table {table}: it is no database of {tool}. Name the one that {tool} writes.");
        return columns.Where(column => !found.Contains(column)).ToList() is not { Count: > 0 } missing ? found
            : throw new Fault("NIN4218", ExitCode.CalledWrong, $"{path}: the table {table} has no {string.Join(", ", missing)}: it is of a version of {tool} that is not known. Import it as CSV.");
    }
}
