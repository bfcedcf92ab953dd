using System.Collections.Immutable;
using Nines.Core;
using Nines.Core.Components;
using Nines.Core.Conditions;
using Nines.Core.Observations;
using NodaTime;

namespace Nines.Simulation.Tests;

/// <summary>How a target can fail. Each is true of the target from one instant to another, whoever looks.</summary>
internal enum Trouble
{
    /// <summary>Connections are refused: down.</summary>
    Refuses,
    /// <summary>Nothing is answered: down, seen only when the limit is up.</summary>
    HangsUp,
    /// <summary>The answer is wrong: effectively down, an instant condition.</summary>
    AnswersWrongly,
    /// <summary>Its stream stops: effectively down from the limit after the last message on, a since-condition.</summary>
    Stalls,
    /// <summary>Too slow, which counts after some in a row: effectively down, a window-condition.</summary>
    Crawls,
    /// <summary>Served, but badly: degraded, an instant condition.</summary>
    Degrades,
    /// <summary>A security signal: effectively down, at once.</summary>
    Seized,
}

/// <param name="Probe">Which of the component's probes sees it; −1 for all.</param>
/// <param name="Points">Which vantage points see it.</param>
/// <param name="From">True time in ticks of 100 ns since the world began; first instant inside.</param>
/// <param name="To">First instant after it.</param>
internal sealed record Plight(int Component, int Probe, ImmutableArray<bool> Points, Trouble Trouble, long From, long To);

/// <param name="At">True time, ticks.</param>
internal sealed record Stretch(long At, long To)
{
    public bool Holds(long tick) => At <= tick && tick < To;
}

/// <summary>The watcher dies (or is stopped) and comes back; the wall clock may be set while it is off.</summary>
internal sealed record Restart(long At, long BackAt, bool Killed, long WallStep);

/// <summary>A window is declared at an instant (its plan may have begun before), and lasts.</summary>
internal sealed record PlannedWindow(string Id, ImmutableArray<int> Components, long DeclaredAt, long From, long To);

/// <summary>One probe of one component at one vantage point.</summary>
internal sealed record SlotPlan(int Index, int Component, int Probe, int Point, ProbeDefinition Definition);

/// <summary>Everything that will truly happen, and everything that will go wrong with the watcher, from one seed.</summary>
internal sealed class World
{
    public const long Second = TimeSpan.TicksPerSecond;
    public static readonly Duration SilenceLimit = Duration.FromSeconds(8);
    private static readonly double[] Intervals = [1, 1, 2, 2, 3, 5, 5, 8, 10, 15, 20, 30];
    private static readonly double[] Timeouts = [0.5, 1, 2, 5];
    private static readonly SignalSchema Schema = SignalSchema.Of(
        new SignalDefinition("round_trip", SignalUnit.Seconds, "Time taken."),
        new SignalDefinition("ok", SignalUnit.Flag, "Whether the answer is right.") { Evidence = CauseKind.Technical },
        new SignalDefinition("silence", SignalUnit.Seconds, "Time since the last message.") { Onset = SignalOnset.Since },
        new SignalDefinition("fast", SignalUnit.Flag, "Whether it is fast enough.") { Evidence = CauseKind.Congestion },
        new SignalDefinition("whole", SignalUnit.Flag, "Whether nothing is missing."),
        new SignalDefinition("ours", SignalUnit.Flag, "Whether nobody else has taken it.") { Evidence = CauseKind.Security });

    private readonly Random random;

    public World(int seed)
    {
        Seed = seed;
        random = new Random(seed);
        Length = Seconds(90, 300);
        var regions = random.Next(1, 5);
        var points = random.Next(1, 6);
        Points = [.. Enumerable.Range(0, points).Select(i => new VantagePoint { Id = new($"p{i}"), Region = $"r{(i < regions ? i : random.Next(regions))}" })];
        CrawlRun = random.Next(2, 4);
        Topology = new Topology { Components = MakeComponents(), VantagePoints = Points };
        Slots = MakeSlots();
        Plights = [.. MakePlights()];
        Blind = [.. Points.Select(_ => Chance(0.2) ? MakeStretches(1, 2, 0.5, 40) : [])];
        if (Chance(0.3)) JournalFails = MakeStretches(1, 2, 0.5, 25);
        if (Chance(0.3)) JournalSlow = MakeStretches(1, 2, 2, 40);
        JournalDelay = Seconds(0.01, 2.5);
        if (Chance(0.3)) ChannelSlow = MakeStretches(1, 2, 2, 60);
        ChannelDelay = Seconds(0.05, Chance(0.3) ? 30 : 3);
        ChannelPerPoint = Chance(0.5);
        if (Chance(0.2)) Suspended = MakeStretches(1, 1, 0.5, 60);
        if (Chance(0.4)) WallSteps = [.. Enumerable.Range(0, random.Next(1, 4)).Select(_ => (At(0, Length), At(-3600 * Second, 3600 * Second)))];
        if (Chance(0.45)) Restarts = [.. MakeRestarts()];
        if (Chance(0.35)) Windows = [.. MakeWindows()];
    }

    public int Seed { get; }

    /// <summary>How long it lasts, in ticks.</summary>
    public long Length { get; }
    public ImmutableArray<VantagePoint> Points { get; }
    public Topology Topology { get; }
    public ImmutableArray<SlotPlan> Slots { get; }
    public ImmutableArray<Plight> Plights { get; }

    /// <summary>When each vantage point's own path is dead.</summary>
    public ImmutableArray<ImmutableArray<Stretch>> Blind { get; }
    public ImmutableArray<Stretch> JournalFails { get; } = [];
    public ImmutableArray<Stretch> JournalSlow { get; } = [];
    public long JournalDelay { get; }
    public ImmutableArray<Stretch> ChannelSlow { get; } = [];
    public long ChannelDelay { get; }

    /// <summary>True when each vantage point has a channel of its own (agents), so that one can lag behind the others.</summary>
    public bool ChannelPerPoint { get; }
    public ImmutableArray<Stretch> Suspended { get; } = [];
    public ImmutableArray<(long At, long By)> WallSteps { get; } = [];
    public ImmutableArray<Restart> Restarts { get; } = [];
    public ImmutableArray<PlannedWindow> Windows { get; } = [];

    /// <summary>How many slow answers in a row count.</summary>
    public int CrawlRun { get; }

    /// <summary>A source of chance for what happens along the way; deterministic, for one thread draws from it in event order.</summary>
    public Random Chances => random;

    private bool Chance(double share) => random.NextDouble() < share;
    private long Seconds(double from, double to) => (long)((from + random.NextDouble() * (to - from)) * Second);
    private long At(long from, long to) => random.NextInt64(from, to);

    private ImmutableArray<Component> MakeComponents()
    {
        var count = 1 + random.Next(random.Next(1, 9));
        var components = ImmutableArray.CreateBuilder<Component>();
        for (var i = 0; i < count; i++)
        {
            var needs = i > 0 && Chance(0.5) ? MakeNeed(i, deep: true) : null;
            components.Add(new Component
            {
                Id = new($"c{i}"), Kind = ComponentKind.Dapp, Needs = needs,
                Probes = needs is not null && Chance(0.4) ? [] : MakeProbes(new($"c{i}")),
            });
        }
        return components.ToImmutable();
    }

    private Need MakeNeed(int before, bool deep)
    {
        var members = ImmutableArray.CreateBuilder<Need>();
        foreach (var i in Enumerable.Range(0, before).OrderBy(_ => random.Next()).Take(random.Next(1, 4)))
            members.Add(deep && Chance(0.2) ? MakeNeed(before, deep: false) : new Need.On(new($"c{i}")));
        return members.Count == 1 && Chance(0.5) ? members[0] : new Need.AtLeast(random.Next(1, members.Count + 1), members.ToImmutable());
    }

    private ImmutableArray<ProbeDefinition> MakeProbes(ComponentId component)
    {
        var count = Chance(0.7) ? 1 : Chance(0.7) ? 2 : 3;
        return [.. Enumerable.Range(0, count).Select(i =>
        {
            var every = Intervals[random.Next(Intervals.Length)];
            var from = Points.Where(_ => Chance(0.75)).Select(point => point.Id).ToImmutableArray();
            return new ProbeDefinition
            {
                Id = new(component, $"probe{i}"), Type = "http",
                Every = Duration.FromSeconds(every), Timeout = Duration.FromSeconds(Math.Min(every, Timeouts[random.Next(Timeouts.Length)])),
                Signals = Schema, Options = new object(), From = from.IsEmpty ? [Points[random.Next(Points.Length)].Id] : from,
                Conditions = MakeConditions(),
            };
        })];
    }

    private ImmutableArray<Condition> MakeConditions()
    {
        Condition[] all =
        [
            new("ok", new Expression.Is(1), State.EffectivelyDown),
            new("silence < 8s", new Expression.Compare(2, Comparison.Less, new Literal.Number(SilenceLimit.TotalSeconds)), State.EffectivelyDown),
            new($"fast after {CrawlRun} in a row", new Expression.Is(3), State.EffectivelyDown) { InARow = CrawlRun },
            new("whole else degraded", new Expression.Is(4), State.Degraded),
            new("ours", new Expression.Is(5), State.EffectivelyDown),
        ];
        random.Shuffle(all);
        return [.. all];
    }

    private ImmutableArray<SlotPlan> MakeSlots()
    {
        var slots = ImmutableArray.CreateBuilder<SlotPlan>();
        for (var c = 0; c < Topology.Components.Length; c++)
            for (var p = 0; p < Topology.Components[c].Probes.Length; p++)
                foreach (var from in Topology.Components[c].Probes[p].From)
                    slots.Add(new SlotPlan(slots.Count, c, p, Points.IndexOf(Points.First(point => point.Id == from)), Topology.Components[c].Probes[p]));
        return slots.ToImmutable();
    }

    private IEnumerable<Plight> MakePlights()
    {
        for (var c = 0; c < Topology.Components.Length; c++)
        {
            if (Topology.Components[c].Probes.IsEmpty) continue;
            for (var i = random.Next(0, 5); i > 0; i--)
            {
                // From far below any resolution to many intervals.
                var length = (long)(Math.Exp(Math.Log(0.05) + random.NextDouble() * (Math.Log(120) - Math.Log(0.05))) * Second);
                var from = At(0, Length);
                var region = Points[random.Next(Points.Length)].Region;
                var alone = random.Next(Points.Length);
                var scope = random.NextDouble();
                yield return new Plight(c, Chance(0.75) ? -1 : random.Next(Topology.Components[c].Probes.Length),
                    [.. Points.Select((point, p) => scope < 0.6 || (scope < 0.85 ? point.Region == region : p == alone))],
                    (Trouble)random.Next(7), from, from + length);
            }
        }
    }

    private ImmutableArray<Stretch> MakeStretches(int least, int most, double shortest, double longest) =>
        [.. Enumerable.Range(0, random.Next(least, most + 1)).Select(_ => At(0, Length) is var at ? new Stretch(at, at + Seconds(shortest, longest)) : null!)];

    private IEnumerable<Restart> MakeRestarts()
    {
        var at = 0L;
        for (var i = random.Next(1, 4); i > 0; i--)
        {
            at += Seconds(5, 120);
            if (at > Length - 10 * Second) yield break;
            var back = at + Seconds(0.05, Chance(0.5) ? 2 : 60);
            yield return new Restart(at, back, Chance(0.65), Chance(0.25) ? At(-3600 * Second, 3600 * Second) : 0);
            at = back;
        }
    }

    private IEnumerable<PlannedWindow> MakeWindows()
    {
        for (var i = random.Next(1, 4); i > 0; i--)
        {
            var components = Enumerable.Range(0, Topology.Components.Length).Where(_ => Chance(0.6)).ToImmutableArray();
            if (components.IsEmpty) continue;
            var from = At(0, Length);
            yield return new PlannedWindow($"w{i}", components, Math.Max(0, from + Seconds(-30, 20)), from, from + Seconds(2, 60));
        }
    }
}
