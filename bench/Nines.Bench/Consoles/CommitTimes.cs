using System.Diagnostics;
using Nines.Backbone.Embedded;
using Nines.Backbone.Journal;

namespace Nines.Bench.Consoles;

/// <summary>When each position of a journal was on record, by looking every 2 ms from another process.</summary>
internal sealed class CommitTimes(JournalPosition head)
{
    private static readonly TimeSpan Every = TimeSpan.FromMilliseconds(2);

    private readonly Lock gate = new();
    private readonly List<(long Position, long At)> heads = [(head.Value, Stopwatch.GetTimestamp())];

    public long Start { get; } = head.Value;

    public async Task WatchAsync(SqliteJournal journal, CancellationToken stopping)
    {
        while (!stopping.IsCancellationRequested)
        {
            var head = await journal.HeadAsync(CancellationToken.None);
            var now = Stopwatch.GetTimestamp();
            lock (gate)
                if (head.Value > heads[^1].Position) heads.Add((head.Value, now));
            await Task.Delay(Every, TimeProvider.System, stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <returns>Milliseconds since the position was first seen on record; 0 when it was heard of before that.</returns>
    public double Since(long position, long now)
    {
        lock (gate)
        {
            var (low, high) = (0, heads.Count);
            while (low < high)
            {
                var middle = (low + high) / 2;
                if (heads[middle].Position < position) low = middle + 1;
                else high = middle;
            }
            return low == heads.Count ? 0 : Math.Max(0, Stopwatch.GetElapsedTime(heads[low].At, now).TotalMilliseconds);
        }
    }
}
