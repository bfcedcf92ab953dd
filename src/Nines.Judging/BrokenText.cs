using Nines.Core.Components;
using Nines.Core.Conditions;
using Nines.Core.Observations;

namespace Nines.Judging;

/// <summary>
/// Why a condition is broken, as a person would say it: what was seen, and what must be. A condition is not quoted where what was seen says it
/// already ("body contains "x": body contains "x" was false").
/// </summary>
internal static class BrokenText
{
    /// <param name="values">Of the probe's signals, by position.</param>
    public static string Of(ProbeDefinition probe, Condition condition, ReadOnlySpan<SignalValue> values)
    {
        // What is broken already stays so until something stricter holds: then it is this that does not.
        if (condition.Until is { } until && condition.Holds.IsTrue(values)) return $"{Of(probe, until, values)}, before it counts as mended";
        return Of(probe, condition.Holds, values);
    }

    private static string Of(ProbeDefinition probe, Expression expression, ReadOnlySpan<SignalValue> values)
    {
        switch (expression)
        {
            case Expression.And and:
                var (left, right) = (and.Left.IsTrue(values), and.Right.IsTrue(values));
                return left ? Of(probe, and.Right, values) : right ? Of(probe, and.Left, values) : $"{Of(probe, and.Left, values)}; {Of(probe, and.Right, values)}";
            case Expression.Or or:
                return $"{Of(probe, or.Left, values)}; or else {Of(probe, or.Right, values)}";
            case Expression.Is flag:
                return Flag(probe, flag.Signal, wanted: true, values);
            case Expression.Not { Inner: Expression.Is flag }:
                return Flag(probe, flag.Signal, wanted: false, values);
            case Expression.Compare { Literal: Literal.Flag wanted, Comparison: Comparison.Equal } flag:
                return Flag(probe, flag.Signal, wanted.Value, values);
            case Expression.Compare { Literal: Literal.Flag wanted, Comparison: Comparison.NotEqual } flag:
                return Flag(probe, flag.Signal, !wanted.Value, values);
            case Expression.Compare compare:
                return $"{Was(probe, compare.Signal, values)}, and must be {Word(compare.Comparison)}{probe.Redaction.Apply(compare.Literal.ToCanonicalText(probe.Signals.Signals[compare.Signal]))}";
            case Expression.CompareSignals pair:
                return $"{Was(probe, pair.Signal, values)}, and must be {Word(pair.Comparison)}{probe.Signals.Signals[pair.Other]}, which was {Value(probe, pair.Other, values)}";
            case Expression.Not or Expression.CompareTerms:
                return Worked(probe, expression, values);
            default:
                throw new InvalidOperationException("Expression is a closed hierarchy.");
        }
    }

    /// <summary>ok was false; body did not contain "x"; paused was true (the reason that another signal gives).</summary>
    private static string Flag(ProbeDefinition probe, int position, bool wanted, ReadOnlySpan<SignalValue> values)
    {
        var signal = probe.Signals.Signals[position];
        if (signal is not { Test: "contains" or "matches", Argument: { } sought }) return Was(probe, position, values);
        var argument = probe.Redaction.Apply(sought);
        if (values[position].IsMissing) return $"{signal.Definition.Name} was missing, and must {(wanted ? "" : "not ")}{(signal.Test == "contains" ? "contain" : "match")} \"{argument}\"";
        var past = signal.Test == "contains" ? "contained" : "matched";
        return $"{signal.Definition.Name} {(values[position].Flag ? past : signal.Test == "contains" ? "did not contain" : "did not match")} \"{argument}\"{Verdict.Why(probe, signal.Definition, values)}";
    }

    private static string Was(ProbeDefinition probe, int position, ReadOnlySpan<SignalValue> values) => $"{probe.Signals.Signals[position]} was {Value(probe, position, values)}";

    private static string Value(ProbeDefinition probe, int position, ReadOnlySpan<SignalValue> values)
    {
        var definition = probe.Signals.Signals[position].Definition;
        return $"{Verdict.Print(definition.Unit, values[position], probe.Redaction)}{Verdict.Why(probe, definition, values)}";
    }

    /// <summary>What is worked out of several values is quoted, and then each value said.</summary>
    private static string Worked(ProbeDefinition probe, Expression expression, ReadOnlySpan<SignalValue> values)
    {
        var seen = new List<string>();
        foreach (var position in expression.Mentioned().Distinct()) seen.Add(Was(probe, position, values));
        return $"{string.Join(", ", seen)}, and must satisfy {probe.Redaction.Apply(expression.ToCanonicalText(probe.Signals))}";
    }

    private static string Word(Comparison comparison) => comparison switch
    {
        Comparison.Less => "below ",
        Comparison.LessOrEqual => "at most ",
        Comparison.Equal => "",
        Comparison.NotEqual => "other than ",
        Comparison.GreaterOrEqual => "at least ",
        Comparison.Greater => "above ",
    };
}
