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
            default:
                if (AgeLimit(expression, schema) is not var (signal, limit) || double.IsNaN(values[signal].Number)) return null;
                granularity = schema.Signals[signal].Definition.Granularity;
                return Math.Max(0, values[signal].Number - limit);
        }
    }

    /// <returns>The age signal and the limit, in seconds, below which it must stay; null when the expression is something else.</returns>
    internal static (int Signal, double Limit)? AgeLimit(Expression expression, SignalSchema schema)
    {
        var (signal, limit) = expression switch
        {
            Expression.Compare { Comparison: Comparison.Less or Comparison.LessOrEqual, Literal: Literal.Number number } age => (age.Signal, number.Value),
            Expression.CompareTerms { Comparison: Comparison.Less or Comparison.LessOrEqual, Left: Term.Signal age, Right: { IsConstant: true } constant } =>
                (age.Position, TermEvaluation.Number(constant, []) ?? double.NaN),
            _ => (-1, double.NaN),
        };
        return !double.IsNaN(limit) && schema.Signals[signal].Definition.Onset == SignalOnset.Since ? (signal, limit) : null;
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
            case Expression.CompareTerms terms:
                return TermEvaluation.Compare(terms.Left, terms.Right, values) is { } order ? Holds(order, terms.Comparison) : null;
            default:
                throw new InvalidOperationException("Expression is a closed hierarchy.");
        }
    }

    private static bool? Decide(SignalValue value, Comparison comparison, Literal literal) => literal switch
    {
        Literal.Number number => double.IsNaN(value.Number) ? null : Holds(Order(value, number.Value), comparison),
        Literal.Whole big => value.Exact is { } exact ? Holds(exact.CompareTo(new ExactDecimal(big.Value)), comparison) : null,
        Literal.Text text => value.Text is { } actual ? Holds(string.CompareOrdinal(actual, text.Value), comparison) : null,
        Literal.Flag flag => double.IsNaN(value.Number) ? null : Holds(value.Flag.CompareTo(flag.Value), comparison),
        _ => throw new InvalidOperationException("Literal is a closed hierarchy."),
    };

    private static bool? Decide(SignalValue value, Comparison comparison, SignalValue other)
    {
        if (value.Text is { } text) return other.Text is { } otherText ? Holds(string.CompareOrdinal(text, otherText), comparison) : null;
        if (value.IsMissing || other.IsMissing || other.Text is not null) return null;
        if (value.IsSmallWhole && other.IsSmallWhole) return Holds(value.Number.CompareTo(other.Number), comparison);
        if (value.Exact is { } exact && other.Exact is { } otherExact) return Holds(exact.CompareTo(otherExact), comparison);
        return Holds(value.Number.CompareTo(other.Number), comparison);
    }

    /// <summary>Rounding keeps the order, so that doubles which differ decide; where they do not, what the value was rounded from does.</summary>
    private static int Order(SignalValue value, double limit)
    {
        var order = value.Number.CompareTo(limit);
        return order != 0 || value.IsSmallWhole || value.Exact is not { } exact || !double.IsInteger(limit) ? order : exact.CompareTo(new ExactDecimal(new BigInteger(limit)));
    }

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
