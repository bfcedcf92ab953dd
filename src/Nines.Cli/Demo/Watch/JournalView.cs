using Nines.Cli.Output;
using Nines.Backbone.Embedded;
using Nines.Backbone.Journal;
using Nines.Core.Facts;
using Nines.Core.Components;
using Nines.Ledger;
using NodaTime;

namespace Nines.Cli.Demo.Watch;

/// <summary>Reads the journal beside the running watcher, and folds it as <c>nines report</c> does. Safe for concurrent use.</summary>
internal sealed class JournalView : IAsyncDisposable
{
    private const int EntriesAtOnce = 1_000;
    private static readonly TimeSpan TryEvery = TimeSpan.FromMilliseconds(50);

    private readonly SqliteJournal journal;
    private readonly SemaphoreSlim turn = new(1);
    private readonly LedgerProjection ledger = new();
    private readonly Dictionary<string, Instant> firstTold = [];
    private readonly List<VantagePointBlind> blind = [];

    private JournalView(SqliteJournal journal) => this.journal = journal;

    /// <summary>When an outage was first told, by its name. Read it only inside <see cref="LookAsync"/>.</summary>
    public IReadOnlyDictionary<string, Instant> FirstTold => firstTold;

    /// <summary>When the watcher said that it lost its own path. Read it only inside <see cref="LookAsync"/>.</summary>
    public IReadOnlyList<VantagePointBlind> Blind => blind;

    /// <summary>Waits for the watcher to make its journal, and opens it for reading.</summary>
    /// <exception cref="Fault">The watcher ended first.</exception>
    public static async Task<JournalView> OpenAsync(string folder, Watcher watcher, TimeProvider time, CancellationToken cancellation)
    {
        while (true)
        {
            try
            {
                return new JournalView(await SqliteJournal.OpenReadOnlyAsync(folder, time, cancellation: cancellation));
            }
            catch (JournalException)
            {
                watcher.RequireRunning(); // there is none yet
            }
            await Task.Delay(TryEvery, time, cancellation);
        }
    }

    /// <summary>Reads on to the journal's end and looks at the ledger as of there.</summary>
    public async Task<T> LookAsync<T>(Func<LedgerProjection, T> look, CancellationToken cancellation = default)
    {
        await turn.WaitAsync(cancellation);
        try
        {
            while (await journal.ReadAsync(ledger.Position, EntriesAtOnce, cancellation) is { Count: > 0 } entries)
                foreach (var entry in entries)
                {
                    ledger.Apply(entry);
                    Note(entry.Fact);
                }
            return look(ledger);
        }
        finally
        {
            turn.Release();
        }
    }

    /// <summary>True when every component of the demo is seen, and up.</summary>
    public static bool IsAllUp(LedgerProjection ledger) =>
        DemoConfig.Components.All(id => ledger.Find(id)?.Latest is { Shown: Core.State.Up });

    public async ValueTask DisposeAsync()
    {
        await journal.DisposeAsync();
        turn.Dispose();
    }

    private void Note(Fact fact)
    {
        switch (fact)
        {
            case TimelineRevised revised:
                foreach (var segment in revised.Segments)
                    if (segment.Outage is { } outage)
                        firstTold.TryAdd(outage, revised.At);
                break;
            case VantagePointBlind lost:
                blind.Add(lost);
                break;
        }
    }
}
