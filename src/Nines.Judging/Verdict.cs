using System.Collections.Immutable;
using Nines.Core;
using Nines.Core.Components;
using Nines.Core.Conditions;
using Nines.Core.Facts;
using Nines.Core.Observations;
using Nines.Core.Timelines;
using Nines.Judging.Causes;
using NodaTime;

namespace Nines.Judging;

/// <summary>What one observation says of its target, by itself.</summary>
/// <param name="State">One of the four ordered states.</param>
/// <param name="InARow">How many observations in a row must say so before it counts; at least 1.</param>
/// <param name="Onset">Since when the state must have held, where the evidence tells (TRUTH 6); null for the observation itself.</param>
/// <param name="Cause">Null when up.</param>
/// <param name="Broken">Bit i is set when condition i is broken.</param>
internal sealed record Verdict(State State, int InARow, Bounds? Onset, Cause? Cause, ulong Broken)
{
    public static readonly Verdict Good = new(State.Up, 1, null, null, 0);

    /// <summary>What remains of it while the conditions that count only after several in a row do not count yet; null when there are none.</summary>
    public Verdict? AtOnce { get; init; }

    /// <summary>Which rules were tried for the cause; empty when up.</summary>
    public ImmutableArray<Reason> Reasons { get; init; } = [];

    /// <summary>True when it needs no second observation: a security signal itself says that users are not served, or as much as all else that is broken.</summary>
    public bool StandsAlone { get; init; }

    /// <param name="observation">Not a probe fault.</param>
    /// <param name="probe">The probe that made it.</param>
    /// <param name="values">Its signals, with those of the judging group filled in.</param>
    /// <param name="brokenBefore">The conditions that count as broken until their <see cref="Condition.Until"/> holds.</param>
    public static Verdict Of(Observation observation, ProbeDefinition probe, ReadOnlySpan<SignalValue> values, ulong brokenBefore) =>
        observation.Outcome switch
        {
            Outcome.Answered => OfAnswer(observation, probe, values, brokenBefore),
            // It answers, but not its users: it refuses them for the rate although they keep what it allows.
            // It serves, and not what was asked within its own limits.
            Outcome.Refused { Code: "rate_limited" } limited => OfSilence(State.EffectivelyDown, limited, probe, limited.Message),
            Outcome.Refused refused => OfSilence(State.Down, refused, probe, refused.Message),
            Outcome.TimedOut late => OfSilence(State.Down, late, probe, $"no answer within {Seconds(late.Limit.TotalSeconds)} ({late.Phase})"),
            Outcome.ProbeFault => throw new ArgumentException("A probe fault says nothing of the target.", nameof(observation)),
            _ => throw new InvalidOperationException("Outcome is a closed hierarchy."),
        };

    private static Verdict OfSilence(State state, Outcome outcome, ProbeDefinition probe, string because)
    {
        var (cause, reasons) = CauseRules.Explain(new Sight(outcome, probe, null, []), because);
        return new(state, 1, null, cause, 0) { Reasons = reasons };
    }

    private static Verdict OfAnswer(Observation observation, ProbeDefinition probe, ReadOnlySpan<SignalValue> values, ulong brokenBefore)
    {
        var conditions = probe.Conditions;
        ulong broken = 0;
        for (var i = 0; i < conditions.Length; i++)
        {
            var condition = conditions[i];
            var mustHold = condition.Until is { } until && (brokenBefore & (1UL << i)) != 0 ? until : condition.Holds;
            if (!mustHold.IsTrue(values)) broken |= 1UL << i;
        }
        if (broken == 0) return Good;

        var whole = Of(observation, probe, broken, values);
        if (whole.InARow == 1) return whole;
        var atOnce = broken;
        for (var i = 0; i < conditions.Length; i++)
            if (conditions[i].InARow > 1) atOnce &= ~(1UL << i);
        return whole with { AtOnce = atOnce == 0 ? Good : Of(observation, probe, atOnce, values) };
    }

    /// <summary>What broken conditions come to: the worst of them; of equals the one that counts soonest, and of those one of security.</summary>
    private static Verdict Of(Observation observation, ProbeDefinition probe, ulong broken, ReadOnlySpan<SignalValue> values)
    {
        Condition? decisive = null;
        var secure = State.Up;   // how bad it is by security signals alone
        for (var i = 0; i < probe.Conditions.Length; i++)
        {
            var condition = probe.Conditions[i];
            if ((broken & (1UL << i)) == 0) continue;
            var security = CauseRules.IsSecurity(SightOf(observation, probe, condition, values));
            if (security && condition.InARow == 1) secure = States.Worse(secure, condition.Otherwise);
            if (decisive is null || condition.Otherwise > decisive.Otherwise
                || (condition.Otherwise == decisive.Otherwise && (condition.InARow, !security).CompareTo((decisive.InARow, !CauseRules.IsSecurity(SightOf(observation, probe, decisive, values)))) < 0))
                decisive = condition;
        }
        var (cause, reasons) = CauseRules.Explain(SightOf(observation, probe, decisive!, values), BrokenText.Of(probe, decisive!, values));
        return new(decisive!.Otherwise, decisive.InARow, OnsetOf(observation, probe, broken, decisive.Otherwise, values), cause, broken)
        {
            StandsAlone = secure.IsDown() || secure == decisive.Otherwise,
            Reasons = reasons,
        };
    }

    private static Sight SightOf(Observation observation, ProbeDefinition probe, Condition condition, ReadOnlySpan<SignalValue> values)
    {
        var signals = ImmutableArray.CreateBuilder<(SignalDefinition, SignalValue)>();
        foreach (var position in condition.Holds.Mentioned().Distinct()) signals.Add((probe.Signals.Signals[position].Definition, values[position]));
        return new Sight(observation.Outcome, probe, condition, signals.ToImmutable());
    }

    /// <summary>The earliest onset of the broken conditions that give the state; null as soon as one of them does not tell its own.</summary>
    private static Bounds? OnsetOf(Observation observation, ProbeDefinition probe, ulong broken, State state, ReadOnlySpan<SignalValue> values)
    {
        Bounds? earliest = null;
        for (var i = 0; i < probe.Conditions.Length; i++)
        {
            if ((broken & (1UL << i)) == 0 || probe.Conditions[i].Otherwise != state) continue;
            if (OnsetOf(observation, probe, probe.Conditions[i], values) is not { } onset) return null;
            earliest = earliest is not { } other ? onset : new Bounds(Instant.Min(other.Earliest, onset.Earliest), Instant.Min(other.Latest, onset.Latest));
        }
        return earliest;
    }

    private static Bounds? OnsetOf(Observation observation, ProbeDefinition probe, Condition condition, ReadOnlySpan<SignalValue> values)
    {
        if (condition.Holds.BrokenForSeconds(probe.Signals, values, out var granularity) is not { } ago) return null;
        // The age was measured at some moment of the observation; its clock may be a whole tick behind, its news may have come late.
        var since = Duration.FromSeconds(ago);
        var delay = Duration.FromSeconds(condition.Holds.Mentioned().Max(position => probe.Signals.Signals[position].Definition.Delay));
        return new Bounds(observation.Started - since - delay, observation.Ended - since + Duration.FromSeconds(granularity));
    }

    /// <summary>What another signal says of why it was so, in brackets; empty where nothing does.</summary>
    internal static string Why(ProbeDefinition probe, SignalDefinition signal, ReadOnlySpan<SignalValue> values) =>
        signal.ExplainedBy is { } name && probe.Signals.IndexOf(name) is >= 0 and var position && position < values.Length && !values[position].IsMissing
            ? $" ({Cut(probe.Redaction.Apply(values[position].ToString()), 300)})"
            : "";

    /// <summary>A signal's value with its unit, as causes and evidence print it.</summary>
    internal static string Print(SignalUnit unit, SignalValue value, Redaction redaction)
    {
        if (value.IsMissing) return "missing";
        return unit switch
        {
            SignalUnit.Seconds => Seconds(value.Number),
            SignalUnit.Blocks => value.Number is 1 ? "1 block" : $"{value} blocks",
            SignalUnit.Bytes => $"{value} B",
            SignalUnit.Ratio => FormattableString.Invariant($"{value.Number * 100:0.##} %"),
            SignalUnit.Flag => value.Flag ? "true" : "false",
            SignalUnit.Text => $"\"{Cut(redaction.Apply(value.ToString()), 120)}\"",
            SignalUnit.None or SignalUnit.Any => Cut(redaction.Apply(value.ToString()), 120),
        };
    }

    private static string Seconds(double seconds) => Math.Abs(seconds) switch
    {
        < 1 => FormattableString.Invariant($"{seconds * 1000:0.#} ms"),
        // What takes longer is compared with minutes, hours and days: a certificate's 864000 s say nothing.
        >= 600 and < 1e12 and var long_ => $"{(seconds < 0 ? "-" : "")}{Long((long)Math.Floor(long_))}",
        _ => FormattableString.Invariant($"{seconds:0.###} s"),
    };

    private static string Long(long seconds) => seconds switch
    {
        < 3_600 => $"{seconds / 60}m {seconds % 60:00}s",
        < 86_400 => $"{seconds / 3_600}h {seconds / 60 % 60:00}m {seconds % 60:00}s",
        _ => $"{seconds / 86_400}d {seconds / 3_600 % 24:00}h {seconds / 60 % 60:00}m",
    };

    private static string Cut(string text, int length) => text.Length <= length ? text : string.Concat(text.AsSpan(0, length - 1), "…");

    /// <summary>The short form of an observation that facts keep as evidence.</summary>
    internal static Core.Facts.Evidence Evidence(Observation observation, ProbeDefinition? probe, ImmutableArray<SignalValue> values)
    {
        var (outcome, detail) = observation.Outcome switch
        {
            Outcome.Answered answered => ("answered", Signals(answered, probe, values)),
            Outcome.Refused refused => ("refused", $"{refused.Code}: {refused.Message}"),
            Outcome.TimedOut late => ("timed_out", $"nothing within {Seconds(late.Limit.TotalSeconds)}, hung in {late.Phase}"),
            Outcome.ProbeFault fault => ("probe_fault", fault.Reason),
            _ => throw new InvalidOperationException("Outcome is a closed hierarchy."),
        };
        return new(observation.Started, observation.Ended, observation.From, outcome, Cut(detail, 1000))
        {
            Control = observation.Control,
            Tripwire = observation.Tripwire,
        };
    }

    private static string Signals(Outcome.Answered answered, ProbeDefinition? probe, ImmutableArray<SignalValue> values)
    {
        // What a chain's sources told comes in words.
        if (probe is null) return values is [var told, ..] ? told.ToString() : $"in {Seconds(answered.RoundTrip.TotalSeconds)}";
        var mattering = probe.Conditions.SelectMany(condition => condition.Holds.Mentioned()).Distinct().Where(i => i < values.Length);
        var texts = mattering.Select(i => $"{probe.Signals.Signals[i]} = {Print(probe.Signals.Signals[i].Definition.Unit, values[i], probe.Redaction)}");
        return string.Join(", ", texts.Prepend($"in {Seconds(answered.RoundTrip.TotalSeconds)}"));
    }
}
