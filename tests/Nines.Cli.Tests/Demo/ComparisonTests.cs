using System.Collections.Immutable;
using Nines.Backbone.Journal;
using Nines.Cli.Demo.Outcome;
using Nines.Cli.Demo.Script;
using Nines.Core;
using Nines.Core.Components;
using Nines.Core.Facts;
using Nines.Core.Timelines;
using Nines.Ledger;
using NodaTime;

namespace Nines.Cli.Tests.Demo;

/// <summary>The demo's verdict on itself: it must be able to fail.</summary>
public sealed class ComparisonTests
{
    private static readonly Instant Start = Instant.FromUtc(2026, 1, 1, 0, 0);
    private static readonly ComponentId Node = new("node"), Dapp = new("dapp");
    private static readonly Cause Own = new(CauseKind.Technical, "refused"), FromNode = new(CauseKind.Upstream, "needs node: refused") { Roots = [Node] };

    [Fact]
    public void What_really_happened_inside_the_measured_bounds_is_as_it_should_be()
    {
        var comparison = Compare([Killed(10.5, 20.5)], Outage(Node, "node-1", 10, 11, 20, 21, State.Down, Own));
        Assert.True(comparison.Ok);
        Assert.Equal(Duration.FromSeconds(0.7), Assert.Single(comparison.Rows).DetectedAfter);
    }

    [Theory]
    [InlineData(9.9, 20.5, false, true)]
    [InlineData(11.1, 20.5, false, true)]
    [InlineData(10.5, 19.9, true, false)]
    [InlineData(10.5, 21.1, true, false)]
    public void An_instant_outside_of_its_bounds_is_wrong(double began, double ended, bool onset, bool end)
    {
        var comparison = Compare([Killed(began, ended)], Outage(Node, "node-1", 10, 11, 20, 21, State.Down, Own));
        var row = Assert.Single(comparison.Rows);
        Assert.Equal((onset, end), (row.OnsetInside, row.EndInside));
        Assert.False(comparison.Ok);
    }

    [Fact]
    public void A_missed_fault_is_wrong() => Assert.False(Compare([Killed(10.5, 20.5)]).Ok);

    [Fact]
    public void An_outage_that_nothing_explains_is_wrong()
    {
        var comparison = Compare([Killed(10.5, 20.5)],
            [.. Outage(Node, "node-1", 10, 11, 20, 21, State.Down, Own), .. Outage(Node, "node-2", 40, 41, 50, 51, State.Down, Own)]);
        Assert.Equal("node-2", Assert.Single(comparison.False).Id);
        Assert.False(comparison.Ok);
    }

    [Theory]
    [InlineData(State.EffectivelyDown, CauseKind.Technical)]
    [InlineData(State.Down, CauseKind.Unexplained)]
    [InlineData(State.Down, CauseKind.Upstream)]
    public void Another_state_or_cause_than_the_evidence_leads_to_is_wrong(State state, CauseKind cause) =>
        Assert.False(Compare([Killed(10.5, 20.5)], Outage(Node, "node-1", 10, 11, 20, 21, state, new Cause(cause, "x"))).Ok);

    [Fact]
    public void What_stands_on_a_root_must_name_it()
    {
        var fault = Fault(new Expected(Dapp, State.Down, Node));
        var played = Play(fault, Dapp, 10.5, 20.5);
        Assert.True(Compare([played], Outage(Dapp, "dapp-1", 10, 11, 20, 21, State.Down, FromNode)).Ok);
        Assert.False(Compare([played], Outage(Dapp, "dapp-1", 10, 11, 20, 21, State.Down, Own)).Ok);
    }

    [Theory]
    [InlineData(true, State.Unknown, true)]
    [InlineData(false, State.Unknown, false)]
    [InlineData(true, State.Up, false)]
    public void To_claim_anything_or_to_keep_silent_while_our_own_network_is_cut_is_wrong(bool said, State during, bool ok)
    {
        Segment[] segments = [Up(0), during == State.Unknown ? Segment.Unseen(At(9.8)) : Up(9.8), Up(20.2)];
        var comparison = Compare([Play(Fault(), StagedFault.Here, 10, 20)], [.. segments.Select(segment => (Node, segment))], said ? [At(10.1)] : []);
        Assert.Equal(ok, comparison.Ok);
        if (during == State.Unknown) Assert.Equal(Duration.FromSeconds(10.4), Assert.Single(comparison.Blind).Unknown);
    }

    private static Played Killed(double began, double ended) => Play(Fault(new Expected(Node, State.Down) { Cause = CauseKind.Technical }), Node, began, ended);

    private static Played Play(StagedFault fault, ComponentId on, double began, double ended) =>
        new(fault, True.Of((on, new Bounds(At(began), At(began)))), True.Of((on, new Bounds(At(ended), At(ended)))));

    private static StagedFault Fault(params ImmutableArray<Expected> shows) => new()
    {
        Name = "fault", Does = "it", Shows = shows, Lasts = Duration.FromSeconds(10),
        Begin = _ => throw new InvalidOperationException("It is not played here."),
        End = _ => throw new InvalidOperationException("It is not played here."),
    };

    private static (ComponentId, Segment)[] Outage(ComponentId on, string id, double from, double sure, double until, double to, State state, Cause cause) =>
    [
        (on, new Segment(At(from), State.Up, State.Up, state) { Outage = id, Cause = cause }),
        (on, new Segment(At((from + sure) / 2), State.Up, state, state) { Outage = id, Cause = cause }),
        (on, new Segment(At(sure), state, state, state) { Outage = id, Cause = cause }),
        (on, new Segment(At(until), State.Up, state, state) { Outage = id, Cause = cause }),
        (on, new Segment(At((until + to) / 2), State.Up, State.Up, state) { Outage = id, Cause = cause }),
        (on, Up(to)),
    ];

    private static Comparison Compare(IReadOnlyList<Played> played, params (ComponentId On, Segment Segment)[] told) => Compare(played, told, []);

    private static Comparison Compare(IReadOnlyList<Played> played, (ComponentId On, Segment Segment)[] told, IReadOnlyList<Instant> blind)
    {
        var ledger = new LedgerProjection();
        List<Fact> facts =
        [
            new ConfigLoaded(At(0), "d", "{}", "0.1.0", "2026a",
                [.. new[] { Node, Dapp }.Select(id => new ComponentSummary(id, ComponentKind.Node, ImmutableSortedDictionary<string, string>.Empty, [], ["here"], Duration.FromSeconds(2)))]),
            new WatchStarted(At(0), "run", "host"),
        ];
        foreach (var component in told.GroupBy(one => one.On))
            facts.Add(new TimelineRevised(At(60), component.Key, null, At(0), [.. component.Select(one => one.Segment).Prepend(Up(0)).DistinctBy(segment => segment.From)]));
        facts.Add(new Watched(At(60), "run", []));
        for (var i = 0; i < facts.Count; i++) ledger.Apply(new JournalEntry(new JournalPosition(i + 1), "watch", i + 1, facts[i]));
        var firstTold = told.Select(one => one.Segment.Outage).OfType<string>().Distinct().ToDictionary(id => id, _ => At(11.2));
        return Comparison.Of(played, ledger, firstTold, blind);
    }

    private static Segment Up(double at) => new(At(at), State.Up, State.Up, State.Up);

    private static Instant At(double seconds) => Start + Duration.FromSeconds(seconds);
}
