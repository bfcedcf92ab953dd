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
    [InlineData(10.5, 0.9, false)]
    [InlineData(9.9, 0.9, true)]
    [InlineData(9.9, 0.2, false)]
    public void What_is_wrong_on_a_machine_that_was_too_busy_is_said_to_be_maybe_its_doing(double began, double slowest, bool said)
    {
        var comparison = Compare([Killed(began, 20.5)], Outage(Node, "node-1", 10, 11, 20, 21, State.Down, Own));
        var result = ComparisonDocument.ResultOf(comparison, Duration.FromSeconds(slowest), "nines.yaml", "data");
        Assert.Equal(said, result.Lines.Any(line => line.Contains("This machine was too busy: what takes milliseconds took up to 900 ms", StringComparison.Ordinal)));
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

    [Theory]
    [InlineData(10.8, true)]
    [InlineData(11.0, false)]
    public void A_look_that_was_on_its_way_when_our_own_network_was_cut_may_still_answer_within_its_limit(double seenUntil, bool ok) =>
        Assert.Equal(ok, Compare([Play(Fault(), StagedFault.Here, 10, 20)], [(Node, Up(0)), (Node, Segment.Unseen(At(seenUntil))), (Node, Up(20.2))], [At(10.1)]).Ok);

    [Fact]
    public void An_outage_that_goes_on_after_its_window_is_told_as_planned_until_there_and_as_an_overrun_from_there()
    {
        var overran = new Cause(CauseKind.Maintenance, "overran the maintenance window w");
        var fault = Fault(new Expected(Node, State.Maintenance), new Expected(Node, State.Down) { Cause = CauseKind.Maintenance });
        var played = new Played(fault, True.Of((Node, Exactly(10.5))) with { WindowEnd = At(15) }, True.Of((Node, Exactly(20.5))));
        (ComponentId, Segment)[] told =
        [
            (Node, new Segment(At(10), State.Up, State.Up, State.Down) { Window = "w", Cause = Own }),
            (Node, new Segment(At(11), State.Down, State.Down, State.Down) { Window = "w", Cause = Own }),
            (Node, new Segment(At(15), State.Down, State.Down, State.Down) { Outage = "node-1", Cause = overran }),
            (Node, new Segment(At(20), State.Up, State.Down, State.Down) { Outage = "node-1", Cause = overran }),
            (Node, Up(21)),
        ];

        var comparison = Compare([played], told);

        Assert.True(comparison.Ok);
        Assert.Equal([State.Maintenance, State.Down], comparison.Rows.Select(row => row.Measured!.State));
        Assert.Equal(Exactly(15), comparison.Rows[1].Measured!.Began);

        // The same without a window: an outage from the beginning is no maintenance, and began too early for an overrun.
        var undeclared = Compare([played], Outage(Node, "node-1", 10, 11, 20, 21, State.Down, Own));
        Assert.Equal([false, false], undeclared.Rows.Select(row => row.Ok));
    }

    [Fact]
    public void What_one_region_alone_saw_must_be_told_of_that_region_and_of_no_other()
    {
        var played = Play(Fault(new Expected(Node, State.Down) { Region = "asia" }), Node, 10.5, 20.5);
        var told = Outage(Node, "node@asia-1", 10, 11, 20, 21, State.Down, Own);

        Assert.True(Regional("asia").Ok);
        Assert.False(Compare([played], told).Ok);
        var elsewhere = Regional("europe");
        Assert.Null(Assert.Single(elsewhere.Rows).Measured);
        Assert.Equal("europe", Assert.Single(elsewhere.False).Region);

        Comparison Regional(string region)
        {
            var (ledger, firstTold) = LedgerOf(told, region);
            return Comparison.Of([played], ledger, firstTold, []);
        }
    }

    [Fact]
    public void A_single_look_that_hung_does_not_make_another_fault_of_it()
    {
        var played = Play(Fault(new Expected(Node, State.EffectivelyDown)), Node, 10, 20);
        (ComponentId, Segment)[] Told(double turns) =>
        [
            (Node, new Segment(At(10), State.Down, State.Down, State.Down) { Outage = "node-1", Cause = Own }),
            (Node, new Segment(At(turns), State.EffectivelyDown, State.EffectivelyDown, State.EffectivelyDown) { Outage = "node-1", Cause = Own }),
            (Node, Up(20)),
        ];

        var row = Assert.Single(Compare([played], Told(turns: 11)).Rows);
        Assert.True(row.Ok);
        Assert.Equal(State.Down, row.Measured!.Worst);
        Assert.False(Compare([played], Told(turns: 16)).Ok);
    }

    [Fact]
    public void A_second_outage_of_what_stands_on_a_root_is_one_too_many()
    {
        var played = Play(Fault(new Expected(Dapp, State.Down, Node)), Dapp, 10.5, 30.5);
        var comparison = Compare([played],
            [.. Outage(Dapp, "dapp-1", 10, 11, 15, 16, State.Down, FromNode), .. Outage(Dapp, "dapp-2", 17, 18, 30, 31, State.Down, FromNode)]);
        Assert.Equal("dapp-1", Assert.Single(comparison.False).Id);
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
        var (ledger, firstTold) = LedgerOf(told, region: null);
        return Comparison.Of(played, ledger, firstTold, blind);
    }

    private static (LedgerProjection Ledger, Dictionary<string, Instant> FirstTold) LedgerOf((ComponentId On, Segment Segment)[] told, string? region)
    {
        var ledger = new LedgerProjection();
        List<Fact> facts =
        [
            new ConfigLoaded(At(0), "d", "{}", "0.1.0", "2026a",
                [.. new[] { Node, Dapp }.Select(id => new ComponentSummary(id, ComponentKind.Node, ImmutableSortedDictionary<string, string>.Empty, [], region is null ? ["here"] : ["asia", "europe"], Duration.FromSeconds(2)))]),
            new WatchStarted(At(0), "run", "host"),
        ];
        foreach (var component in told.GroupBy(one => one.On))
            facts.Add(new TimelineRevised(At(60), component.Key, region, At(0), [.. component.Select(one => one.Segment).Prepend(Up(0)).DistinctBy(segment => segment.From)]));
        facts.Add(new Watched(At(60), "run", []));
        for (var i = 0; i < facts.Count; i++) ledger.Apply(new JournalEntry(new JournalPosition(i + 1), "watch", i + 1, facts[i]));
        return (ledger, told.Select(one => one.Segment.Outage).OfType<string>().Distinct().ToDictionary(id => id, _ => At(11.2)));
    }

    private static Bounds Exactly(double at) => new(At(at), At(at));

    private static Segment Up(double at) => new(At(at), State.Up, State.Up, State.Up);

    private static Instant At(double seconds) => Start + Duration.FromSeconds(seconds);
}
