using System.Numerics;
using Nines.Core.Observations;

namespace Nines.Core.Conditions;

/// <summary>
/// Works terms out. Whole and decimal numbers are exact, whatever their size: in doubles, without allocating, while those hold them, as fractions
/// beyond. Only where a measured number with digits behind the point is involved (a time, a share) is the result a double's.
/// </summary>
internal static class TermEvaluation
{
    /// <summary>Whole numbers up to here are exact in a double.</summary>
    private const double ExactInDouble = 9007199254740992;

    /// <returns>The order of both (negative: left is the smaller one); null when one has no value: a signal is missing or no number, or something is divided by 0.</returns>
    public static int? Compare(Term left, Term right, ReadOnlySpan<SignalValue> values)
    {
        var (one, other) = (Work(left, values), Work(right, values));
        if (one.Kind == Precision.Whole && other.Kind == Precision.Whole || one.Kind == Precision.Rounded || other.Kind == Precision.Rounded)
            return double.IsFinite(one.Number) && double.IsFinite(other.Number) ? one.Number.CompareTo(other.Number) : null;
        if (Exact(left, values) is not { } exact || Exact(right, values) is not { } otherExact) return null;
        return (exact.Above * otherExact.Below).CompareTo(otherExact.Above * exact.Below);
    }

    /// <returns>The nearest double; null when it has none.</returns>
    public static double? Number(Term term, ReadOnlySpan<SignalValue> values)
    {
        var number = Work(term, values).Number;
        return double.IsFinite(number) ? number : null;
    }

    private enum Precision
    {
        /// <summary>A whole number that a double holds exactly.</summary>
        Whole,
        /// <summary>Exact, but only as a fraction.</summary>
        Fraction,
        /// <summary>No better than a double: a measured number is in it, or nothing (NaN).</summary>
        Rounded,
    }

    private static (double Number, Precision Kind) Work(Term term, ReadOnlySpan<SignalValue> values)
    {
        switch (term)
        {
            case Term.Signal signal:
            {
                var value = values[signal.Position];
                return (value.Number, value.IsSmallWhole ? Precision.Whole : value.Exact is not null ? Precision.Fraction : Precision.Rounded);
            }
            case Term.Constant constant:
                return (constant.Number, constant.Value.IsWhole ? KindOf(constant.Number) : Precision.Fraction);
            case Term.Absolute absolute:
            {
                var (number, kind) = Work(absolute.Inner, values);
                return (Math.Abs(number), kind);
            }
            case Term.Operation operation:
            {
                var (left, right) = (Work(operation.Left, values), Work(operation.Right, values));
                var number = operation.Operator switch
                {
                    ArithmeticOperator.Add => left.Number + right.Number,
                    ArithmeticOperator.Subtract => left.Number - right.Number,
                    ArithmeticOperator.Multiply => left.Number * right.Number,
                    ArithmeticOperator.Divide => left.Number / right.Number,
                };
                if (left.Kind == Precision.Rounded || right.Kind == Precision.Rounded) return (number, Precision.Rounded);
                var whole = left.Kind == Precision.Whole && right.Kind == Precision.Whole && (operation.Operator != ArithmeticOperator.Divide || left.Number % right.Number == 0);
                return (number, whole ? KindOf(number) : Precision.Fraction);
            }
            default:
                throw new InvalidOperationException("Term is a closed hierarchy.");
        }
    }

    private static Precision KindOf(double number) => Math.Abs(number) < ExactInDouble && double.IsInteger(number) ? Precision.Whole : Precision.Fraction;

    /// <returns>The value as a fraction, its lower part positive; null when something is divided by 0.</returns>
    private static (BigInteger Above, BigInteger Below)? Exact(Term term, ReadOnlySpan<SignalValue> values)
    {
        switch (term)
        {
            case Term.Signal signal:
                return values[signal.Position].Exact is { } value ? FractionOf(value) : null;
            case Term.Constant constant:
                return FractionOf(constant.Value);
            case Term.Absolute absolute:
                return Exact(absolute.Inner, values) is { } inner ? (BigInteger.Abs(inner.Above), inner.Below) : null;
            case Term.Operation operation:
                if (Exact(operation.Left, values) is not var (a, b) || Exact(operation.Right, values) is not var (c, d)) return null;
                return operation.Operator switch
                {
                    ArithmeticOperator.Add => (a * d + c * b, b * d),
                    ArithmeticOperator.Subtract => (a * d - c * b, b * d),
                    ArithmeticOperator.Multiply => (a * c, b * d),
                    ArithmeticOperator.Divide when c.IsZero => null,
                    ArithmeticOperator.Divide => c.Sign < 0 ? (-a * d, -c * b) : (a * d, c * b),
                };
            default:
                throw new InvalidOperationException("Term is a closed hierarchy.");
        }
    }

    private static (BigInteger, BigInteger) FractionOf(ExactDecimal value) => (value.Unscaled, BigInteger.Pow(10, value.Scale));
}
