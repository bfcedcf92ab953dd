using Nines.Core.Observations;

namespace Nines.Core.Conditions;

public enum ArithmeticOperator
{
    Add,
    Subtract,
    Multiply,
    Divide,
}

/// <summary>A number that is worked out from the signals of one observation: <c>abs(price() - other()) / other()</c>.</summary>
public abstract record Term
{
    private Term() { }

    /// <param name="Position">Position in the probe's schema.</param>
    public sealed record Signal(int Position) : Term;

    /// <param name="Value">In the unit's own measure: seconds, bytes, a share of one.</param>
    /// <param name="Unit">None for a plain number.</param>
    public sealed record Constant(ExactDecimal Value, SignalUnit Unit) : Term
    {
        /// <summary>The nearest double.</summary>
        public double Number { get; } = Value.ToDouble();
    }

    public sealed record Operation(Term Left, ArithmeticOperator Operator, Term Right) : Term;

    /// <summary>Without its sign: <c>abs(…)</c>.</summary>
    public sealed record Absolute(Term Inner) : Term;

    /// <summary>The positions of all signals that it reads, with repeats.</summary>
    internal IEnumerable<int> Mentioned() => this switch
    {
        Signal signal => [signal.Position],
        Constant => [],
        Operation operation => operation.Left.Mentioned().Concat(operation.Right.Mentioned()),
        Absolute absolute => absolute.Inner.Mentioned(),
        _ => throw new InvalidOperationException("Term is a closed hierarchy."),
    };

    internal bool IsConstant => this switch
    {
        Signal => false,
        Constant => true,
        Operation operation => operation.Left.IsConstant && operation.Right.IsConstant,
        Absolute absolute => absolute.Inner.IsConstant,
        _ => throw new InvalidOperationException("Term is a closed hierarchy."),
    };
}
