using Nines.Backbone.Journal;
using Nines.Core.Facts;

namespace Nines.Backbone.Embedded;

/// <summary>
/// The journal in one SQLite file. One process writes, any number read. An append's task completes after the write-ahead log
/// with its facts was synced to disk; appends that wait together share one sync.
/// </summary>
public sealed class SqliteJournal : IJournal
{
    private readonly TimeProvider time;
    private readonly SqliteJournalOptions options;
    private readonly WriterLock? held;
    private readonly GroupCommitter? committer;
    private readonly ReadConnections readers;
    private readonly EntryReading reading;
    private readonly JournalSignal signal = new();
    private readonly CancellationTokenSource closing = new();
    private readonly Lock gate = new();
    private Task? closed;

    private SqliteJournal(string path, TimeProvider time, SqliteJournalOptions options, WriterLock? held, SqliteDatabase? database)
    {
        (Path, this.time, this.options, this.held) = (path, time, options, held);
        readers = new ReadConnections(path, options.Readers);
        reading = new EntryReading(path);
        if (database is null) return;
        signal.Advance(new JournalPosition(database.Number("SELECT position FROM journal_head WHERE only_row = 1")));
        committer = new GroupCommitter(path, database, options, signal.Advance);
    }

    /// <summary>The database file.</summary>
    public string Path { get; }

    /// <summary>Which process writes to the journal of a folder now; null for none.</summary>
    public static string? WriterOf(string folder) => WriterLock.HolderOf(folder);

    /// <summary>True when this process may append.</summary>
    public bool IsWriter => committer is not null;

    /// <summary>What the writer has done since it was opened; zeros when opened for reading.</summary>
    public WriterStatistics Statistics => committer?.Statistics ?? default;

    /// <summary>Opens the journal of a folder for writing, and makes it when the folder has none. Only one process can have it open so.</summary>
    /// <param name="folder">An existing folder that can be written.</param>
    /// <exception cref="JournalException">The folder is missing or read-only, another process writes, the file is foreign, newer or damaged, the disk is full.</exception>
    public static Task<SqliteJournal> OpenAsync(string folder, TimeProvider time, SqliteJournalOptions? options = null, CancellationToken cancellation = default) =>
        Task.Run(() =>
        {
            options ??= new SqliteJournalOptions();
            options.Validate();
            folder = System.IO.Path.GetFullPath(folder);
            var held = WriterLock.Take(folder, time);
            SqliteDatabase? database = null;
            try
            {
                var path = System.IO.Path.Combine(folder, JournalFile.Name);
                database = JournalFile.OpenForWriting(path, options);
                return new SqliteJournal(path, time, options, held, database);
            }
            catch
            {
                database?.Dispose();
                held.Dispose();
                throw;
            }
        }, cancellation);

    /// <summary>Opens the journal of a folder for reading, beside a running writer or without one. The folder may be read-only.</summary>
    /// <exception cref="JournalException">There is no journal, or the file is foreign, newer or damaged.</exception>
    public static async Task<SqliteJournal> OpenReadOnlyAsync(string folder, TimeProvider time, SqliteJournalOptions? options = null, CancellationToken cancellation = default)
    {
        options ??= new SqliteJournalOptions();
        options.Validate();
        return await OpenFileAsync(System.IO.Path.Combine(System.IO.Path.GetFullPath(folder), JournalFile.Name), time, options, cancellation).ConfigureAwait(false);
    }

    /// <summary>Opens a copy that nobody writes to, whatever its name, for reading.</summary>
    internal static Task<SqliteJournal> OpenCopyAsync(string file, TimeProvider time, CancellationToken cancellation) =>
        OpenFileAsync(System.IO.Path.GetFullPath(file), time, new SqliteJournalOptions(), cancellation);

    private static async Task<SqliteJournal> OpenFileAsync(string path, TimeProvider time, SqliteJournalOptions options, CancellationToken cancellation)
    {
        var journal = new SqliteJournal(path, time, options, held: null, database: null);
        try
        {
            await journal.HeadAsync(cancellation).ConfigureAwait(false);
            return journal;
        }
        catch
        {
            await journal.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    public async Task<AppendReceipt> AppendAsync(Append append, CancellationToken cancellation = default)
    {
        if (committer is null) throw JournalErrors.IsForReading(Path);
        cancellation.ThrowIfCancellationRequested();
        JournalLimits.Check(append);
        var facts = new byte[append.Facts.Count][];
        for (var i = 0; i < facts.Length; i++) facts[i] = FactJson.Write(append.Facts[i]);
        var bytes = JournalLimits.CheckBytes(append, facts);
        return await committer.CommitAsync(new AppendWork(append, facts, bytes), cancellation).ConfigureAwait(false);
    }

    public Task<IReadOnlyList<JournalEntry>> ReadAsync(JournalPosition after, int most, CancellationToken cancellation = default)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(most, 0);
        ArgumentOutOfRangeException.ThrowIfLessThan(after.Value, 0);
        if (most == 0 || (IsWriter && !closing.IsCancellationRequested && after.Value >= signal.Head.Value)) return Task.FromResult<IReadOnlyList<JournalEntry>>([]);
        return readers.ReadAsync(database => reading.Read(database, after, most, cancellation), cancellation);
    }

    public Task<byte[]?> DigestOfAsync(JournalPosition position, CancellationToken cancellation = default) => readers.ReadAsync(database =>
    {
        using var row = database.Statement("SELECT version, fact FROM journal_entry WHERE position = ?1").Bind(1, position.Value);
        return row.Step() ? EntryDigest.Of(row.Long(0), row.Blob(1)) : null;
    }, cancellation);

    public Task<JournalPosition> HeadAsync(CancellationToken cancellation = default) => IsWriter
        ? Task.FromResult(signal.Head)
        : readers.ReadAsync(database => new JournalPosition(database.Number("SELECT position FROM journal_head WHERE only_row = 1")), cancellation);

    public Task<IReadOnlyDictionary<string, byte[]>> SnapshotsAsync(string owner, CancellationToken cancellation = default) =>
        readers.ReadAsync<IReadOnlyDictionary<string, byte[]>>(database =>
        {
            var found = new SortedDictionary<string, byte[]>(StringComparer.Ordinal);
            using var row = database.Statement("SELECT key, value FROM snapshot WHERE owner = ?1").Bind(1, owner);
            while (row.Step()) found.Add(row.Text(0), row.Blob(1).ToArray());
            return found;
        }, cancellation);

    /// <summary>In the writer's process it wakes with the commit; a journal opened for reading looks every <see cref="SqliteJournalOptions.PollEvery"/>.</summary>
    public async Task<JournalPosition> WaitForMoreAsync(JournalPosition after, CancellationToken cancellation = default)
    {
        if (IsWriter) return await signal.WaitAsync(after, cancellation).ConfigureAwait(false);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellation, closing.Token);
        while (true)
        {
            var head = await HeadAsync(cancellation).ConfigureAwait(false);
            if (head.Value > after.Value) return head;
            try
            {
                await Task.Delay(options.PollEvery, time, either.Token).ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
            {
                throw JournalErrors.IsClosed();
            }
        }
    }

    /// <summary>Commits what has a place in the queue, refuses what waits before it, and closes the file. Everything acknowledged is durable.</summary>
    public ValueTask DisposeAsync()
    {
        lock (gate) closed ??= CloseAsync();
        return new ValueTask(closed);
    }

    /// <summary>Writes other tables of the file in the journal's commits.</summary>
    internal Task<T> WriteAsync<T>(long bytes, Func<SqliteDatabase, T> write, CancellationToken cancellation) =>
        committer is null
            ? Task.FromException<T>(JournalErrors.IsForReading(Path))
            : committer.CommitAsync(new TableWork<T>(bytes, write), cancellation);

    internal Task<T> QueryAsync<T>(Func<SqliteDatabase, T> read, CancellationToken cancellation) => readers.ReadAsync(read, cancellation);

    private async Task CloseAsync()
    {
        await closing.CancelAsync().ConfigureAwait(false);
        await readers.DisposeAsync().ConfigureAwait(false); // before the writer: the last connection to close tidies the log away
        if (committer is not null) await committer.DisposeAsync().ConfigureAwait(false);
        signal.Close();
        held?.Dispose();
    }
}
