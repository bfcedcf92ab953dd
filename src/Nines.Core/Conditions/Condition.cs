using System.Numerics;
using Nines.Core.Observations;

namespace Nines.Core.Conditions;

/// <summary>
/// What an answer must satisfy, parsed once into a typed tree. Written as
/// <c>head_lag &lt; 3 blocks after 2 in a row until head_lag &lt;= 1 block else degraded</c>.
/// </summary>
/// <param name="Text">As the config has it.</param>
/// <param name="Holds">True while all is well.</param>
/// <param name="Otherwise">The state that follows when it is broken.</param>
public sealed record Condition(string Text, Expression Holds, State Otherwise)
{
    /// <summary>How many observations in a row must break it before it counts; its onset is then the first of them (TRUTH 6, window). At least 1.</summary>
    public int InARow { get; init; } = 1;

    /// <summary>Once broken, what must hold for it to be mended; null when it is <see cref="Holds"/> again.</summary>
    public Expression? Until { get; init; }

    public override string ToString() => Text;
}

public enum Comparison
{
    Less,
    LessOrEqual,
    Equal,
    NotEqual,
    GreaterOrEqual,
    Greater,
}

/// <summary>A typed boolean expression over the signals of one observation.</summary>
public abstract record Expression
{
    private Expression() { }

    public sealed record And(Expression Left, Expression Right) : Expression;

    public sealed record Or(Expression Left, Expression Right) : Expression;

    public sealed record Not(Expression Inner) : Expression;

    /// <summary>A flag signal by itself: <c>paused</c>, <c>body contains "ok"</c>.</summary>
    /// <param name="Signal">Position in the probe's schema.</param>
    public sealed record Is(int Signal) : Expression;

    /// <summary>A signal against a literal, already in the signal's unit.</summary>
    /// <param name="Signal">Position in the probe's schema.</param>
    public sealed record Compare(int Signal, Comparison Comparison, Literal Literal) : Expression;

    /// <summary>A signal against another of the same unit.</summary>
    public sealed record CompareSignals(int Signal, Comparison Comparison, int Other) : Expression;

    /// <summary>Numbers of the same unit of which at least one is worked out.</summary>
    public sealed record CompareTerms(Term Left, Comparison Comparison, Term Right) : Expression;
}

/// <summary>A literal in the unit of the signal that it is compared with.</summary>
public abstract record Literal
{
    private Literal() { }

    public sealed record Number(double Value) : Literal;

    /// <summary>A whole number beyond what a double holds exactly.</summary>
    public sealed record Whole(BigInteger Value) : Literal;

    public sealed record Text(string Value) : Literal;

    public sealed record Flag(bool Value) : Literal;
}
