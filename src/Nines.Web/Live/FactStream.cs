using System.Collections.Immutable;
using System.Threading.Channels;
using Nines.Backbone.Journal;
using Nines.Core.Components;
using Nines.Core.Facts;

namespace Nines.Web.Live;

/// <summary>What has come to the journal: a note for whoever shows something of it.</summary>
/// <param name="Position">Of the last fact in it.</param>
/// <param name="Kinds">Kinds of the facts, each once.</param>
/// <param name="Components">Components that they tell of, each once; empty when they tell of none or of all.</param>
public sealed record FactNews(long Position, ImmutableArray<string> Kinds, ImmutableArray<string> Components);

/// <summary>
/// Follows the journal once for all who listen, and tells each what is new. A listener that falls behind is let go: it comes back with its
/// cursor and misses nothing. Safe for concurrent use.
/// </summary>
public sealed class FactStream(IJournal journal)
{
    private const int EntriesAtOnce = 500, RoomForEach = 64;

    private readonly Lock gate = new();
    private ImmutableArray<Channel<FactNews>> listeners = [];

    /// <summary>How many listen.</summary>
    public int Listeners => listeners.Length;

    /// <summary>Until told to stop. Ends with all listeners let go.</summary>
    public async Task RunAsync(CancellationToken stopping)
    {
        try
        {
            var cursor = await journal.HeadAsync(stopping);
            while (true)
            {
                await journal.WaitForMoreAsync(cursor, stopping);
                var entries = await journal.ReadAsync(cursor, EntriesAtOnce, stopping);
                if (entries.Count == 0) continue;
                cursor = entries[^1].Position;
                Tell(NewsOf(entries));
            }
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            // Told to stop.
        }
        finally
        {
            foreach (var listener in listeners) listener.Writer.TryComplete();
        }
    }

    /// <summary>What comes from now on, until cancelled or let go.</summary>
    public async IAsyncEnumerable<FactNews> ListenAsync([System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellation)
    {
        var own = Channel.CreateBounded<FactNews>(new BoundedChannelOptions(RoomForEach) { SingleReader = true, SingleWriter = true });
        lock (gate) listeners = listeners.Add(own);
        try
        {
            await foreach (var news in own.Reader.ReadAllAsync(cancellation)) yield return news;
        }
        finally
        {
            lock (gate) listeners = listeners.Remove(own);
        }
    }

    internal static FactNews NewsOf(IReadOnlyList<JournalEntry> entries)
    {
        var kinds = new SortedSet<string>(StringComparer.Ordinal);
        var components = new SortedSet<string>(StringComparer.Ordinal);
        foreach (var entry in entries)
        {
            kinds.Add(FactKinds.Of(entry.Fact));
            foreach (var component in ComponentsOf(entry.Fact)) components.Add(component.Value);
        }
        return new FactNews(entries[^1].Position.Value, [.. kinds], [.. components]);
    }

    /// <summary>Components that a fact names; none where it concerns the watch or all of them.</summary>
    public static ImmutableArray<ComponentId> ComponentsOf(Fact fact) => fact switch
    {
        TimelineRevised revised => [revised.Component],
        HistoryImported import => [import.Component],
        StateChanged changed => [changed.Probe.Component],
        BlipSeen blip => [blip.Probe.Component],
        MaintenanceEntered entered => entered.Components,
        ProbingPaused paused => paused.Components,
        ProbingResumed resumed => resumed.Components,
        _ => [],
    };

    private void Tell(FactNews news)
    {
        foreach (var listener in listeners)
            if (!listener.Writer.TryWrite(news)) listener.Writer.TryComplete();
    }
}
