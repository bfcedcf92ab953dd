using System.Collections.Immutable;
using Nines.Core;
using Nines.Core.Components;
using Nines.Core.Conditions;
using Nines.Core.Facts;
using Nines.Core.Observations;
using Nines.Core.Timelines;
using NodaTime;

namespace Nines.Judging.Tests;

/// <summary>A judge with its topology, fed in seconds since the start; keeps every fact.</summary>
internal sealed class Scene
{
    public static readonly Instant Start = Instant.FromUtc(2026, 6, 1, 12, 0);
    public static readonly SignalDefinition RoundTrip = new("round_trip", SignalUnit.Seconds, "Time from first byte sent to last received.");
    public static readonly SignalDefinition Ok = new("ok", SignalUnit.Flag, "Whether the answer is right.") { Evidence = CauseKind.Technical };
    public static readonly SignalDefinition Silence = new("silence", SignalUnit.Seconds, "Time since the last message.") { Onset = SignalOnset.Since };
    public static readonly SignalDefinition Head = new("head", SignalUnit.Blocks, "Newest block.");
    public static readonly SignalDefinition HeadTime = new("head_time", SignalUnit.Seconds, "Its timestamp.");
    public static readonly SignalDefinition HeadLag = new("head_lag", SignalUnit.Blocks, "Blocks behind the best.") { Scope = SignalScope.Group, Evidence = CauseKind.Technical };
    public static readonly SignalSchema Plain = SignalSchema.Of(RoundTrip, Ok, Silence);
    public static readonly SignalSchema Evm = SignalSchema.Of(RoundTrip, Head, HeadTime, HeadLag);

    private Topology topology;
    private Judge judge;
    private MaintenanceWindow[] planned = [];
    private readonly Dictionary<string, byte[]> memory = [];

    public Scene(params Component[] components) : this(["here"], components) { }

    /// <param name="points">Vantage points as "name" (its own region) or "region/name".</param>
    public Scene(string[] points, params Component[] components)
    {
        topology = new Topology { Components = [.. components], VantagePoints = [.. points.Select(Point)] };
        judge = new Judge(topology, memory, Start);
        judge.Begin(Facts);
    }

    public List<Fact> Facts { get; } = [];
    public Judge Judge => judge;

    private static VantagePoint Point(string text) => text.Split('/') is [var region, var name]
        ? new VantagePoint { Id = new(name), Region = region }
        : new VantagePoint { Id = new(text), Region = text };

    public static Instant At(double second) => Start + Duration.FromSeconds(second);

    /// <summary>A component with one probe: every 10 s, time-out 2 s, "ok" and "silence &lt; 20 s" as conditions.</summary>
    public static Component Probed(string name, string[]? from = null, double every = 10, double timeout = 2, Need? needs = null, params Condition[] conditions) => new()
    {
        Id = new(name),
        Kind = ComponentKind.Dapp,
        Needs = needs,
        Probes =
        [
            new ProbeDefinition
            {
                Id = new(new(name), "http"), Type = "http", Every = Duration.FromSeconds(every), Timeout = Duration.FromSeconds(timeout),
                Signals = Plain, From = [.. (from ?? ["here"]).Select(point => new VantagePointId(point.Split('/')[^1]))], Options = new object(),
                Conditions = conditions.Length > 0 ? [.. conditions] : [IsOk, NotSilent],
            },
        ],
    };

    public static readonly Condition IsOk = new("ok", new Expression.Is(1), State.EffectivelyDown);
    public static readonly Condition NotSilent = new("silence < 20s", new Expression.Compare(2, Comparison.Less, new Literal.Number(20)), State.EffectivelyDown);

    public static Need On(string name) => new Need.On(new(name));

    public static Component Gate(string name, Need needs) => new() { Id = new(name), Kind = ComponentKind.Infra, Needs = needs };

    public Scene See(string component, double from, double to, Outcome outcome, bool ok = true, double silence = 0, string at = "here", double? tripwire = null, double? asOf = null)
    {
        var values = outcome is Outcome.Answered ? ImmutableArray.Create(SignalValue.Of(to - from), SignalValue.Of(ok), SignalValue.Of(silence)) : [];
        judge.Observe(new Observation(new(new(component), "http"), new(at), At(from), At(to), outcome, values) { Tripwire = tripwire is { } hint ? At(hint) : null, AsOf = asOf is { } held ? At(held) : null }, Facts);
        return this;
    }

    public Scene Good(string component, double from, string at = "here", double takes = 0.1, double? tripwire = null) =>
        See(component, from, from + takes, new Outcome.Answered(Duration.FromSeconds(takes)), at: at, tripwire: tripwire);

    public Scene Wrong(string component, double from, string at = "here") =>
        See(component, from, from + 0.1, new Outcome.Answered(Duration.FromSeconds(0.1)), ok: false, at: at);

    public Scene Silent(string component, double from, double silence) =>
        See(component, from, from + 0.1, new Outcome.Answered(Duration.FromSeconds(0.1)), silence: silence);

    public Scene Refused(string component, double from, string at = "here", double? tripwire = null) =>
        See(component, from, from + 0.1, new Outcome.Refused("connection_refused", "connection refused"), at: at, tripwire: tripwire);

    public Scene TimedOut(string component, double from, string at = "here") =>
        See(component, from, from + 2, new Outcome.TimedOut(Duration.FromSeconds(2), "connect"), at: at);

    public Scene Fault(string component, double from, string at = "here") =>
        See(component, from, from + 0.1, new Outcome.ProbeFault("no descriptor"), at: at);

    public Scene TellHead(string node, double at, double number, double headTime)
    {
        var values = ImmutableArray.Create(SignalValue.Of(0.1), SignalValue.Of(number), SignalValue.Of((At(headTime) - Instant.FromUnixTimeSeconds(0)).TotalSeconds), SignalValue.Missing);
        judge.Observe(new Observation(new(new(node), "evm"), new("here"), At(at), At(at + 0.1), new Outcome.Answered(Duration.FromSeconds(0.1)), values), Facts);
        return this;
    }

    public Scene Pass(double to)
    {
        judge.Advance(At(to), Facts);
        return this;
    }

    public Scene Window(string component, double from, double to)
    {
        planned = [new MaintenanceWindow($"planned@{from}", [new(component)], At(from), At(to))];
        judge.SetWindows(planned);
        return this;
    }

    /// <summary>Another config takes effect.</summary>
    /// <param name="kept">Names of the components whose probes are unchanged.</param>
    public Scene Change(double at, string[] kept, params Component[] components)
    {
        topology = topology with { Components = [.. components] };
        judge.Change(topology, components.Where(component => kept.Contains(component.Id.Value)).SelectMany(component => component.Probes).Select(probe => probe.Id).ToHashSet(), At(at), Facts);
        return this;
    }

    public Scene Pause(params string[] components)
    {
        judge.SetPaused(components.Select(name => new ComponentId(name)).ToHashSet(), Facts);
        return this;
    }

    /// <summary>Kill -9 and a new start: only what was taken as memory survives.</summary>
    public Scene Restart(double at, bool windows = false)
    {
        Keep();
        judge = new Judge(topology, memory, At(at));
        if (windows) judge.SetWindows(planned);
        judge.Begin(Facts);
        return this;
    }

    public Scene Keep()
    {
        foreach (var piece in judge.TakeMemory()) memory[piece.Key] = piece.Value;
        return this;
    }

    /// <summary>What the facts say of a component, folded as any reader would.</summary>
    public Timeline Timeline(string component, string? region = null)
    {
        var timeline = Nines.Core.Timelines.Timeline.Empty;
        foreach (var fact in Facts.OfType<TimelineRevised>().Where(fact => fact.Component.Value == component && fact.Region == region))
            timeline = timeline.Revise(fact.From, fact.Segments);
        return timeline;
    }

    /// <summary>The likely states as text: "unknown 0, up 0.1, down 14.5".</summary>
    public string Likely(string component, string? region = null) => Tell(component, region, segment => segment.Shown);
    public string Surely(string component, string? region = null) => Tell(component, region, segment => segment.Best);
    public string Possibly(string component, string? region = null) => Tell(component, region, segment => segment.Worst);

    private string Tell(string component, string? region, Func<Segment, State> state)
    {
        var told = new List<string>();
        State? last = null;
        foreach (var segment in Timeline(component, region))
        {
            if (state(segment) == last) continue;
            last = state(segment);
            told.Add(FormattableString.Invariant($"{last.Value.Word()} {(segment.From - Start).TotalSeconds:0.###}"));
        }
        return string.Join(", ", told);
    }

    public string Outages(string component) =>
        string.Join(", ", Timeline(component).Select(segment => segment.Outage).OfType<string>().Distinct());

    public Cause? CauseAt(string component, double second) => Timeline(component).At(At(second))?.Cause;
}
