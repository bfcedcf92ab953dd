using System.Collections.Immutable;
using Nines.Backbone.Journal;
using Nines.Core;
using Nines.Core.Components;
using Nines.Core.Facts;
using Nines.Core.Timelines;
using NodaTime;

namespace Nines.Ledger.Tests;

/// <summary>Writes histories in seconds since <see cref="Zero"/>.</summary>
internal sealed class History
{
    public static readonly Instant Zero = Instant.FromUtc(2026, 1, 1, 0, 0);
    public static readonly ComponentId Shop = new("shop");
    private readonly List<JournalEntry> entries = [];

    public IReadOnlyList<JournalEntry> Entries => entries;

    public static Instant At(double seconds) => Zero + Duration.FromSeconds(seconds);

    public static Bounds Between(double earliest, double latest) => new(At(earliest), At(latest));

    public static Duration Seconds(double seconds) => Duration.FromSeconds(seconds);

    public static Segment Up(double from) => new(At(from), State.Up, State.Up, State.Up);

    public static Segment Down(double from, string outage, State best = State.Down, State likely = State.Down, State worst = State.Down, Cause? cause = null) =>
        new(At(from), best, likely, worst) { Outage = outage, Cause = cause ?? Refused };

    public static Segment Unseen(double from, string? outage = null) => Segment.Unseen(At(from)) with { Outage = outage };

    public static readonly Cause Refused = new(CauseKind.Technical, "connection refused");

    /// <summary>An outage as one vantage point sees it: onset in [a, b], end in [c, d], likely from midpoint to midpoint.</summary>
    public static Segment[] OutageOf(string name, double a, double b, double c, double d, State state = State.Down) =>
    [
        Down(a, name, State.Up, State.Up, state),
        Down((a + b) / 2, name, State.Up, state, state),
        Down(b, name, state, state, state),
        Down(c, name, State.Up, state, state),
        Down((c + d) / 2, name, State.Up, State.Up, state),
        Up(d),
    ];

    public History Config(double at, params string[] components) => Add(new ConfigLoaded(At(at), "digest", "{}", "0.1.0", "2026a",
        [.. components.Select(name => new ComponentSummary(new ComponentId(name), ComponentKind.Dapp, ImmutableSortedDictionary<string, string>.Empty, [], ["eu"], Seconds(35)))]));

    public History Started(double at, string run = "run-1") => Add(new WatchStarted(At(at), run, "host"));

    public History Watched(double until, params ResolutionHad[] late) => Add(new Watched(At(until), "run-1", [.. late]));

    public History Revised(double at, double from, params Segment[] segments) => RevisedFor("shop", null, at, from, segments);

    public History RevisedFor(string component, string? region, double at, double from, params Segment[] segments) =>
        Add(new TimelineRevised(At(at), new ComponentId(component), region, At(from), [.. segments]));

    /// <summary>Up from <paramref name="from"/> on, with an outage over the middle third.</summary>
    public History Imported(string component, double at, double from, double to, string digest = "digest", int number = 1, params Segment[] segments)
    {
        var third = (to - from) / 3;
        if (segments.Length == 0) segments = [Up(from), Down(from + third, ImportedOutage.Name(new ComponentId(component), number)), Up(from + 2 * third)];
        return Add(new HistoryImported(
            At(at), "elsewhere shop.csv", digest, new ComponentId(component), ComponentKind.Venue, ImmutableSortedDictionary<string, string>.Empty.Add("team", "web"),
            At(from), At(to), Seconds(90), [.. segments], ["Taken for granted."], 2));
    }

    public History Add(Fact fact)
    {
        entries.Add(new JournalEntry(new JournalPosition(entries.Count + 1), "component/shop", entries.Count + 1, fact));
        return this;
    }

    public LedgerProjection Fold()
    {
        var ledger = new LedgerProjection();
        foreach (var entry in entries) ledger.Apply(entry);
        return ledger;
    }

    /// <summary>A watched shop that was up from 0 on, with these segments, all judged up to <paramref name="until"/>.</summary>
    public static LedgerProjection ShopWith(double until, params Segment[] segments) =>
        new History().Config(0, "shop").Started(0).Revised(1, 0, [Up(0), .. segments]).Watched(until).Fold();
}
