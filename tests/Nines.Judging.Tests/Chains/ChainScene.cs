using System.Collections.Immutable;
using Nines.Core;
using Nines.Core.Components;
using Nines.Core.Conditions;
using Nines.Core.Facts;
using Nines.Core.Observations;
using Nines.Core.Timelines;
using NodaTime;

namespace Nines.Judging.Tests.Chains;

/// <summary>A chain with its sources, told in seconds since the start.</summary>
internal sealed class ChainScene
{
    public const double HeadAge = 10;
    private static readonly SignalDefinition Age = new("head_age", SignalUnit.Seconds, "Age of the head.") { Onset = SignalOnset.Since, Granularity = 1, Evidence = CauseKind.Technical };
    private static readonly SignalDefinition Lag = new("head_lag", SignalUnit.Blocks, "Blocks behind the best.") { Scope = SignalScope.Group, Evidence = CauseKind.Technical };
    private static readonly SignalSchema Schema = SignalSchema.Of(
        new("round_trip", SignalUnit.Seconds, "Time."), new("head", SignalUnit.Blocks, "Head."), new("head_time", SignalUnit.Seconds, "Its time."), Age, Lag,
        new("finalized", SignalUnit.Blocks, "Finalized."), new("finalized_time", SignalUnit.Seconds, "Its time."), new("reorg_depth", SignalUnit.Blocks, "Replaced."),
        new("participation", SignalUnit.Ratio, "Share."), new("missed_slots", SignalUnit.Ratio, "Share."), new("check_number", SignalUnit.Blocks, "Checked."),
        new("check_hash", SignalUnit.Text, "Its hash."), new("client", SignalUnit.Text, "Client."));

    private readonly Judge judge;
    private readonly List<Fact> facts = [];

    public ChainScene(ChainRules rules, params string[] sources) : this(rules, [.. sources.Select(name => Source(name))], []) { }

    public ChainScene(ChainRules rules, Component[] sources, Component[] others)
    {
        judge = new Judge(new Topology
        {
            Components = [new Component { Id = new("chain"), Kind = ComponentKind.Chain, ChainRules = rules with { HeadAgeLimit = rules.HeadAgeLimit ?? Duration.FromSeconds(HeadAge) } }, .. sources, .. others],
            VantagePoints = [new VantagePoint { Id = new("here"), Region = "here" }],
        }, new Dictionary<string, byte[]>(), Scene.Start);
        judge.Begin(facts);
    }

    public static Component Source(string name, string type = "evm", double every = 1, ComponentKind kind = ComponentKind.Node, params Condition[] conditions) => new()
    {
        Id = new(name), Kind = kind, Chain = new("chain"),
        Probes = [new ProbeDefinition
        {
            Id = new(new(name), type), Type = type, Every = Duration.FromSeconds(every), Timeout = Duration.FromSeconds(1), Signals = Schema, From = [new("here")], Options = new object(),
            Conditions = conditions is { Length: > 0 } ? [.. conditions] : [new Condition("head_age < 10s", new Expression.Compare(3, Comparison.Less, new Literal.Number(HeadAge)), State.EffectivelyDown)],
        }],
    };

    public static Condition LagBelow3 => new("head_lag < 3 blocks", new Expression.Compare(4, Comparison.Less, new Literal.Number(3)), State.EffectivelyDown);

    public Judge Judge => judge;
    public List<Fact> Facts => facts;

    /// <summary>One look of 0.1 s. What is not given is missing.</summary>
    /// <param name="headTime">Seconds since the start.</param>
    public ChainScene Tell(
        string source, double at, double head, double headTime, double? finalized = null, double? finalizedTime = null, double? reorg = null, double? participation = null, double? missed = null,
        double? check = null, string? hash = null, string? client = null, string type = "evm")
    {
        static SignalValue Number(double? value) => value is { } known ? SignalValue.Of(known) : SignalValue.Missing;
        static SignalValue Text(string? value) => value is { } known ? SignalValue.Of(known) : SignalValue.Missing;
        static double Unix(double second) => (Scene.At(second) - Instant.FromUnixTimeSeconds(0)).TotalSeconds;
        ImmutableArray<SignalValue> values =
        [
            SignalValue.Of(0.1), SignalValue.Of(head), SignalValue.Of(Unix(headTime)), SignalValue.Of(Math.Max(0, at + 0.05 - headTime)), SignalValue.Missing, Number(finalized),
            Number(finalizedTime is { } time ? Unix(time) : null), Number(reorg), Number(participation), Number(missed), Number(check), Text(hash), Text(client),
        ];
        judge.Observe(new Observation(new(new(source), type), new("here"), Scene.At(at), Scene.At(at + 0.1), new Outcome.Answered(Duration.FromSeconds(0.1)), values), facts);
        return this;
    }

    public ChainScene Refuse(string source, double at)
    {
        judge.Observe(new Observation(new(new(source), "evm"), new("here"), Scene.At(at), Scene.At(at + 0.1), new Outcome.Refused("connection_refused", "no"), []), facts);
        return this;
    }

    public Timeline Line(string component) => judge.Said(new(component));
    public State Now(string component) => Line(component)[^1].Likely;
    public Cause? CauseNow(string component) => Line(component)[^1].Cause;
    public string[] Outages(string component) => [.. Line(component).Select(segment => segment.Outage).OfType<string>().Distinct()];
    public (double Earliest, double Latest) Onset(string component)
    {
        var line = Line(component).SkipWhile(segment => segment.Likely == State.Unknown).SkipWhile(segment => segment.Worst == State.Up).ToArray();
        return ((line[0].From - Scene.Start).TotalSeconds, (line.First(segment => segment.Best != State.Up).From - Scene.Start).TotalSeconds);
    }
}
