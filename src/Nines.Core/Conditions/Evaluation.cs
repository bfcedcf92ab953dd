using System.Numerics;
using Nines.Core.Observations;

namespace Nines.Core.Conditions;

/// <summary>Evaluates a condition's tree over an observation's values, without allocating.</summary>
public static class Evaluation
{
    /// <returns>Whether the expression holds. A comparison with a missing value never does, nor does its opposite.</returns>
    public static bool IsTrue(this Expression expression, ReadOnlySpan<SignalValue> values) => Decide(expression, values) == true;

    /// <summary>How long ago, in seconds, a broken expression crossed its limit: the least over its broken age signals; null when it holds, or broke at an instant.</summary>
    /// <remarks>Only <c>age &lt; limit</c> and <c>age &lt;= limit</c> joined by <c>and</c> or alone tell; anything else is an instant onset.</remarks>
    public static double? BrokenForSeconds(this Expression expression, SignalSchema schema, ReadOnlySpan<SignalValue> values, out double granularity)
    {
        granularity = 0;
        switch (expression)
        {
            case Expression.And and:
                var left = and.Left.IsTrue(values) ? null : and.Left.BrokenForSeconds(schema, values, out granularity);
                var right = and.Right.IsTrue(values) ? null : and.Right.BrokenForSeconds(schema, values, out var other);
                if (!and.Left.IsTrue(values) && !and.Right.IsTrue(values)) return left is null || right is null ? null : Math.Max(left.Value, right.Value);
                if (left is null && right is not null) and.Right.BrokenForSeconds(schema, values, out granularity);
                return left ?? right;
            case Expression.Compare { Comparison: Comparison.Less or Comparison.LessOrEqual, Literal: Literal.Number limit } compare:
                var definition = schema.Signals[compare.Signal].Definition;
                var value = values[compare.Signal].Number;
                if (definition.Onset != SignalOnset.Since || double.IsNaN(value)) return null;
                granularity = definition.Granularity;
                return Math.Max(0, value - limit.Value);
            default:
                return null;
        }
    }

    private static bool? Decide(Expression expression, ReadOnlySpan<SignalValue> values)
    {
        switch (expression)
        {
            case Expression.And and:
            {
                var left = Decide(and.Left, values);
                if (left == false) return false;
                var right = Decide(and.Right, values);
                return right == false ? false : left is null || right is null ? null : true;
            }
            case Expression.Or or:
            {
                var left = Decide(or.Left, values);
                if (left == true) return true;
                var right = Decide(or.Right, values);
                return right == true ? true : left is null || right is null ? null : false;
            }
            case Expression.Not not:
                return !Decide(not.Inner, values);
            case Expression.Is flag:
                return values[flag.Signal].IsMissing ? null : values[flag.Signal].Flag;
            case Expression.Compare compare:
                return Decide(values[compare.Signal], compare.Comparison, compare.Literal);
            case Expression.CompareSignals pair:
                return Decide(values[pair.Signal], pair.Comparison, values[pair.Other]);
            default:
                throw new InvalidOperationException("Expression is a closed hierarchy.");
        }
    }

    private static bool? Decide(SignalValue value, Comparison comparison, Literal literal) => literal switch
    {
        Literal.Number number when value.Whole is { } whole && double.IsInteger(number.Value) => Holds(whole.CompareTo(new BigInteger(number.Value)), comparison),
        Literal.Number number => double.IsNaN(value.Number) ? null : Holds(value.Number.CompareTo(number.Value), comparison),
        Literal.Whole big when value.Whole is { } whole => Holds(whole.CompareTo(big.Value), comparison),
        Literal.Whole big => double.IsInteger(value.Number) ? Holds(new BigInteger(value.Number).CompareTo(big.Value), comparison) : null,
        Literal.Text text => value.Text is { } actual ? Holds(string.CompareOrdinal(actual, text.Value), comparison) : null,
        Literal.Flag flag => double.IsNaN(value.Number) ? null : Holds(value.Flag.CompareTo(flag.Value), comparison),
        _ => throw new InvalidOperationException("Literal is a closed hierarchy."),
    };

    private static bool? Decide(SignalValue value, Comparison comparison, SignalValue other)
    {
        if (value.Text is { } text) return other.Text is { } otherText ? Holds(string.CompareOrdinal(text, otherText), comparison) : null;
        if (value.IsMissing || other.IsMissing) return null;
        if (Exact(value) is { } whole && Exact(other) is { } otherWhole) return Holds(whole.CompareTo(otherWhole), comparison);
        return Holds(value.Number.CompareTo(other.Number), comparison);
    }

    private static BigInteger? Exact(SignalValue value) =>
        value.Whole ?? (double.IsInteger(value.Number) ? new BigInteger(value.Number) : null);

    private static bool Holds(int order, Comparison comparison) => comparison switch
    {
        Comparison.Less => order < 0,
        Comparison.LessOrEqual => order <= 0,
        Comparison.Equal => order == 0,
        Comparison.NotEqual => order != 0,
        Comparison.GreaterOrEqual => order >= 0,
        Comparison.Greater => order > 0,
    };
}
