using System.Collections.Immutable;
using Nines.Backbone.Journal;
using Nines.Core;
using Nines.Core.Components;
using Nines.Core.Facts;
using Nines.Core.Timelines;
using Nines.Ledger;
using NodaTime;

namespace Nines.Reports.Tests;

/// <summary>
/// A made-up history of many days: components with outages of every kind, cascades, maintenance that overruns, holes in watching, blips. The
/// same seed gives the same facts.
/// </summary>
internal sealed class Year(int seed, Instant from, int days)
{
    private readonly Random random = new(seed);
    private readonly List<(Instant At, Fact Fact)> facts = [];
    private int named;

    /// <summary>What a target may have said: it ends in causes.</summary>
    public string[] Sayings { get; init; } = ["connection refused", "the head is 42 blocks behind others", "answered 503 within 212 ms", "timed out after 5 s", "withdrawals are paused"];

    public Instant To => from + Duration.FromDays(days);

    public IReadOnlyList<Fact> Facts(params (string Name, ComponentKind Kind, string[] Needs, double OutagesPerMonth)[] components)
    {
        facts.Add((from, new ConfigLoaded(from, "digest", "{}", "0.4.0", "2026a", [.. components.Select(one => new ComponentSummary(
            new ComponentId(one.Name), one.Kind, ImmutableSortedDictionary<string, string>.Empty, [.. one.Needs.Select(need => new ComponentId(need))], ["eu"], Duration.FromSeconds(35)))])));
        facts.Add((from, new WatchStarted(from, "run-1", "host")));
        foreach (var one in components) facts.Add((from + Duration.FromSeconds(1), Revised(one.Name, from, [Up(from)])));
        foreach (var one in components) Outages(one.Name, one.Kind, one.OutagesPerMonth, components);
        for (var day = 1; day <= days; day++) facts.Add((from + Duration.FromDays(day), new Watched(from + Duration.FromDays(day), "run-1", [])));
        return [.. facts.OrderBy(one => one.At).Select(one => one.Fact)];
    }

    public static LedgerProjection Fold(IEnumerable<Fact> facts)
    {
        var ledger = new LedgerProjection();
        foreach (var fact in facts) ledger.Apply(new JournalEntry(new JournalPosition(ledger.Position.Value + 1), "watch", ledger.Position.Value + 1, fact));
        return ledger;
    }

    private void Outages(string name, ComponentKind kind, double perMonth, (string Name, ComponentKind Kind, string[] Needs, double)[] all)
    {
        for (var at = from + Next(30 / perMonth); at < To - Duration.FromDays(1); at += Next(30 / perMonth))
        {
            var length = Duration.FromSeconds(Math.Round(60 + 5400 * random.NextDouble() * random.NextDouble()));
            var dice = random.Next(20);
            if (dice == 0)
            {
                Hole(name, at, length * 12);
                continue;
            }
            if (dice == 1)
            {
                Maintenance(name, at, Duration.FromMinutes(30), length);
                continue;
            }
            if (dice == 2) facts.Add((at, new BlipSeen(at, new ProbeId(new ComponentId(name), "page"), new VantagePointId("eu-1"), State.Down, new Bounds(at - Duration.FromSeconds(5), at), new Cause(CauseKind.Unexplained, Say()), [])));
            var state = kind == ComponentKind.Node ? State.EffectivelyDown : State.Down;
            var cause = new Cause(dice < 5 ? CauseKind.Congestion : dice < 6 ? CauseKind.Unexplained : CauseKind.Technical, Say()) { Code = "connection_refused" };
            Out(name, at, length, state, cause);
            foreach (var (dependant, _, _, _) in all.Where(one => one.Needs.Contains(name)))
                Out(dependant, at + Duration.FromSeconds(2), length + Duration.FromSeconds(20), State.Down, new Cause(CauseKind.Upstream, $"{name} is down") { Roots = [new ComponentId(name)] });
            at += length * 3;
        }
    }

    private void Out(string name, Instant at, Duration length, State state, Cause cause)
    {
        var outage = $"{name}-{++named}";
        Segment Down(Instant from, State best, State likely) => new(from, best, likely, state) { Outage = outage, Cause = cause };
        var (a, b, c) = (Duration.FromSeconds(6), Duration.FromSeconds(12), Duration.FromSeconds(4));
        var end = at + length;
        facts.Add((end + c, Revised(name, at,
        [
            Down(at, State.Up, State.Up), Down(at + a, State.Up, state), Down(at + b, state, state),
            Down(end, State.Up, state), Down(end + c / 2, State.Up, State.Up), Up(end + c),
        ])));
    }

    private void Hole(string name, Instant at, Duration length) =>
        facts.Add((at + length, Revised(name, at, [Segment.Unseen(at), Up(at + length)])));

    private void Maintenance(string name, Instant at, Duration window, Duration overrun)
    {
        var id = $"upgrade@{at}";
        facts.Add((at - Duration.FromHours(1), new MaintenanceEntered(at - Duration.FromHours(1), id, [new ComponentId(name)], at, at + window) { By = "mia", Reason = "new release" }));
        var (end, outage) = (at + window, $"{name}-{++named}");
        var overran = new Cause(CauseKind.Maintenance, "overran its window");
        facts.Add((end + overrun, Revised(name, at,
        [
            new Segment(at, State.Down, State.Down, State.Down) { Window = id, Cause = new Cause(CauseKind.Technical, Say()) },
            new Segment(end, State.Down, State.Down, State.Down) { Outage = outage, Cause = overran }, Up(end + overrun),
        ])));
    }

    private string Say() => Sayings[random.Next(Sayings.Length)];
    private Duration Next(double meanDays) => Duration.FromSeconds(Math.Round(-Math.Log(1 - random.NextDouble()) * meanDays * 86_400) + 600);
    private static Segment Up(Instant from) => new(from, State.Up, State.Up, State.Up);
    private static TimelineRevised Revised(string name, Instant from, ImmutableArray<Segment> segments) => new(segments[^1].From + Duration.FromSeconds(1), new ComponentId(name), null, from, segments);
}
