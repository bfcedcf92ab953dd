using System.Collections.Concurrent;
using Nines.Backbone.Journal;

namespace Nines.Backbone.Embedded;

/// <summary>A bounded set of read-only connections, lent to one read each. A read sees one commit, and never an uncommitted one.</summary>
internal sealed class ReadConnections(string path, int most) : IAsyncDisposable
{
    private readonly SemaphoreSlim free = new(most, most);
    private readonly ConcurrentBag<SqliteDatabase> idle = [];
    private volatile bool closed;

    /// <summary>Runs a read on the thread pool: it blocks on the disk.</summary>
    public async Task<T> ReadAsync<T>(Func<SqliteDatabase, T> read, CancellationToken cancellation)
    {
        await free.WaitAsync(cancellation).ConfigureAwait(false);
        try
        {
            if (closed) throw JournalErrors.IsClosed();
            return await Task.Run(() => JournalFile.Guard(path, () => Read(read)), cancellation).ConfigureAwait(false);
        }
        finally
        {
            free.Release();
        }
    }

    /// <summary>Waits for the reads under way, then closes all connections.</summary>
    public async ValueTask DisposeAsync()
    {
        if (closed) return;
        closed = true;
        for (var i = 0; i < most; i++) await free.WaitAsync().ConfigureAwait(false);
        while (idle.TryTake(out var database)) database.Dispose();
        free.Release(most); // those who still wait are told that it is closed
    }

    private T Read<T>(Func<SqliteDatabase, T> read)
    {
        var keep = true;
        if (!idle.TryTake(out var database)) database = JournalFile.OpenForReading(path, out keep);
        var ok = false;
        try
        {
            var result = read(database);
            ok = true;
            return result;
        }
        finally
        {
            if (ok && keep) idle.Add(database);
            else database.Dispose();
        }
    }
}
