using Nines.Backbone.Journal;
using Nines.Core.Time;
using Nines.Probing.Scheduling;
using NodaTime;

namespace Nines.Cli.Watching;

/// <summary>The journal, with the time that its appends take measured. It does not own the journal.</summary>
internal sealed class TimedJournal(IJournal journal, WatchClock clock) : IJournal
{
    private readonly Delays appends = new();
    private long failed;

    /// <summary>How long appends took that succeeded.</summary>
    public DelaySummary Appends => appends.Summary();

    public long Failed => Interlocked.Read(ref failed);

    public async Task<AppendReceipt> AppendAsync(Append append, CancellationToken cancellation = default)
    {
        var began = clock.Time.GetTimestamp();
        try
        {
            var receipt = await journal.AppendAsync(append, cancellation);
            appends.Record(Duration.FromTimeSpan(clock.Time.GetElapsedTime(began)));
            return receipt;
        }
        catch (JournalException)
        {
            Interlocked.Increment(ref failed);
            throw;
        }
    }

    public Task<IReadOnlyList<JournalEntry>> ReadAsync(JournalPosition after, int most, CancellationToken cancellation = default) => journal.ReadAsync(after, most, cancellation);

    public Task<byte[]?> DigestOfAsync(JournalPosition position, CancellationToken cancellation = default) => journal.DigestOfAsync(position, cancellation);

    public Task<JournalPosition> HeadAsync(CancellationToken cancellation = default) => journal.HeadAsync(cancellation);

    public Task<IReadOnlyDictionary<string, byte[]>> SnapshotsAsync(string owner, CancellationToken cancellation = default) => journal.SnapshotsAsync(owner, cancellation);

    public Task<JournalPosition> WaitForMoreAsync(JournalPosition after, CancellationToken cancellation = default) => journal.WaitForMoreAsync(after, cancellation);

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
