using System.Diagnostics;
using Nines.Backbone.Embedded;
using Nines.Backbone.Journal;
using Nines.Core;
using Nines.Core.Facts;
using Nines.Testing;

namespace Nines.Browser.Tests.World;

/// <summary>What comes to the world's journal, read beside the watch that writes it.</summary>
internal sealed class OnRecord : IAsyncDisposable
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(5);

    private readonly SqliteJournal journal;
    private JournalPosition cursor;

    private OnRecord(SqliteJournal journal, JournalPosition cursor) => (this.journal, this.cursor) = (journal, cursor);

    /// <summary>From now on.</summary>
    public static async Task<OnRecord> FollowAsync(WatchedWorld world)
    {
        var journal = await SqliteJournal.OpenReadOnlyAsync(world.DataFolder, TimeProvider.System);
        await journal.ReadAsync(JournalPosition.Start, 500); // the first read takes longer than those that are measured
        return new OnRecord(journal, await journal.HeadAsync());
    }

    /// <summary>Waits until it is on record that the component is likely in this state.</summary>
    /// <returns>Milliseconds since 1970 when it was seen there, some 5 ms after it came.</returns>
    public async Task<double> SeesAsync(string component, State state)
    {
        for (var began = Stopwatch.GetTimestamp(); Stopwatch.GetElapsedTime(began) < Patience.Most;)
        {
            var entries = await journal.ReadAsync(cursor, 500);
            if (entries.Any(entry => entry.Fact is TimelineRevised revised && revised.Component.Value == component && revised.Segments.Any(segment => segment.Likely == state)))
                return (TimeProvider.System.GetUtcNow() - DateTimeOffset.UnixEpoch).TotalMilliseconds;
            if (entries.Count > 0) cursor = entries[^1].Position;
            else await Task.Delay(Pause, TimeProvider.System);
        }
        throw new TimeoutException($"{component} was not {state} on record within {Patience.Most.TotalSeconds} s.");
    }

    public ValueTask DisposeAsync() => journal.DisposeAsync();
}
