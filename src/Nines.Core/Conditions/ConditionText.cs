using System.Globalization;
using System.Text;
using Nines.Core.Observations;

namespace Nines.Core.Conditions;

/// <summary>Conditions as text: the canonical form, and what Nines understood by them.</summary>
public static class ConditionText
{
    /// <summary>One form for all ways to write it; it reads back to the same tree.</summary>
    /// <param name="schema">The one that the condition's indices refer to.</param>
    public static string ToCanonicalText(this Condition condition, SignalSchema schema)
    {
        var text = new StringBuilder();
        Print(text, condition.Holds, schema, 0);
        if (condition.InARow > 1) text.Append(CultureInfo.InvariantCulture, $" after {condition.InARow} in a row");
        if (condition.Until is { } until)
        {
            text.Append(" until ");
            Print(text, until, schema, 0);
        }
        return text.Append(" else ").Append(condition.Otherwise.Word()).ToString();
    }

    public static string ToCanonicalText(this Expression expression, SignalSchema schema)
    {
        var text = new StringBuilder();
        Print(text, expression, schema, 0);
        return text.ToString();
    }

    /// <summary>A literal as it is written beside the signal that it is compared with: <c>14d</c>, <c>3 blocks</c>, <c>"trading"</c>.</summary>
    public static string ToCanonicalText(this Literal literal, SignalRef signal) => Print(literal, UnitOf(signal));

    /// <summary>Who decides the condition, and from when it counts as broken (TRUTH 6).</summary>
    public static ConditionExplanation Explain(this Condition condition, SignalSchema schema)
    {
        var parts = new List<string>();
        foreach (var part in Conjuncts(condition.Holds))
        {
            var begins = Evaluation.AgeLimit(part, schema) is var (_, limit)
                ? $"last progress + {UnitText.Print(limit, SignalUnit.Seconds)}"
                : "the observation that sees it";
            if (!parts.Contains(begins)) parts.Add(begins);
        }
        // A conjunction breaks with its first broken part, and each part has an onset of its own.
        var onset = "begins at " + string.Join(" or at ", parts);
        if (condition.InARow > 1) onset += $", for the first of {condition.InARow} in a row";
        var scope = Mentioned(condition.Holds).Any(index => schema.Signals[index].Definition.Scope == SignalScope.Group) ? SignalScope.Group : SignalScope.Observed;
        return new ConditionExplanation(condition.ToCanonicalText(schema), onset, condition.Otherwise, scope);
    }

    /// <summary>The positions of all signals that the expression reads, with repeats.</summary>
    public static IEnumerable<int> Mentioned(this Expression expression) => expression switch
    {
        Expression.And and => Mentioned(and.Left).Concat(Mentioned(and.Right)),
        Expression.Or or => Mentioned(or.Left).Concat(Mentioned(or.Right)),
        Expression.Not not => Mentioned(not.Inner),
        Expression.Is flag => [flag.Signal],
        Expression.Compare compare => [compare.Signal],
        Expression.CompareSignals pair => [pair.Signal, pair.Other],
        Expression.CompareTerms terms => terms.Left.Mentioned().Concat(terms.Right.Mentioned()),
        _ => throw new InvalidOperationException("Expression is a closed hierarchy."),
    };

    private static IEnumerable<Expression> Conjuncts(Expression expression) =>
        expression is Expression.And and ? Conjuncts(and.Left).Concat(Conjuncts(and.Right)) : [expression];

    /// <param name="tightness">Of what is around: 0 nothing, 1 or, 2 and, 3 the right side of an and, or behind a not.</param>
    private static void Print(StringBuilder text, Expression expression, SignalSchema schema, int tightness)
    {
        switch (expression)
        {
            case Expression.Or or:
                Bracketed(text, tightness > 1, () =>
                {
                    Print(text, or.Left, schema, 1);
                    text.Append(" or ");
                    // The grammar groups to the left: an or on the right side needs its brackets to stay there.
                    Print(text, or.Right, schema, 2);
                });
                break;
            case Expression.And and:
                Bracketed(text, tightness > 2, () =>
                {
                    Print(text, and.Left, schema, 2);
                    text.Append(" and ");
                    Print(text, and.Right, schema, 3);
                });
                break;
            case Expression.Not not:
                text.Append("not ");
                Bracketed(text, not.Inner is Expression.Compare or Expression.CompareSignals or Expression.CompareTerms, () => Print(text, not.Inner, schema, 3));
                break;
            case Expression.Is flag:
                Print(text, schema.Signals[flag.Signal]);
                break;
            case Expression.Compare compare:
                Print(text, schema.Signals[compare.Signal]);
                text.Append(' ').Append(Symbol(compare.Comparison)).Append(' ').Append(Print(compare.Literal, UnitOf(schema.Signals[compare.Signal])));
                break;
            case Expression.CompareSignals pair:
                Print(text, schema.Signals[pair.Signal]);
                text.Append(' ').Append(Symbol(pair.Comparison)).Append(' ');
                Print(text, schema.Signals[pair.Other]);
                break;
            case Expression.CompareTerms terms:
                Print(text, terms.Left, schema, 0);
                text.Append(' ').Append(Symbol(terms.Comparison)).Append(' ');
                Print(text, terms.Right, schema, 0);
                break;
            default:
                throw new InvalidOperationException("Expression is a closed hierarchy.");
        }
    }

    /// <param name="tightness">Of what is around: 0 nothing or the left of a sum, 1 the right of a sum or the left of a product, 2 the right of a product.</param>
    private static void Print(StringBuilder text, Term term, SignalSchema schema, int tightness)
    {
        switch (term)
        {
            case Term.Signal signal:
                Print(text, schema.Signals[signal.Position]);
                break;
            case Term.Constant constant:
                text.Append(UnitText.Print(constant.Value, constant.Unit));
                break;
            case Term.Absolute absolute:
                text.Append("abs(");
                Print(text, absolute.Inner, schema, 0);
                text.Append(')');
                break;
            case Term.Operation operation:
                var own = operation.Operator is ArithmeticOperator.Add or ArithmeticOperator.Subtract ? 0 : 1;
                Bracketed(text, tightness > own, () =>
                {
                    Print(text, operation.Left, schema, own);
                    text.Append(' ').Append(Symbol(operation.Operator)).Append(' ');
                    Print(text, operation.Right, schema, own + 1);
                });
                break;
            default:
                throw new InvalidOperationException("Term is a closed hierarchy.");
        }
    }

    private static char Symbol(ArithmeticOperator by) => by switch
    {
        ArithmeticOperator.Add => '+',
        ArithmeticOperator.Subtract => '-',
        ArithmeticOperator.Multiply => '*',
        ArithmeticOperator.Divide => '/',
    };

    private static void Bracketed(StringBuilder text, bool brackets, Action print)
    {
        if (brackets) text.Append('(');
        print();
        if (brackets) text.Append(')');
    }

    private static void Print(StringBuilder text, SignalRef signal)
    {
        text.Append(signal.Definition.Name);
        switch (signal.Test)
        {
            case null: break;
            case "path": text.Append('(').Append(signal.Argument).Append(')'); break;
            case "name": text.Append('(').Append(Quoted(signal.Argument ?? "")).Append(')'); break;
            default: text.Append(' ').Append(signal.Test).Append(' ').Append(Quoted(signal.Argument ?? "")); break;
        }
    }

    private static SignalUnit UnitOf(SignalRef signal) => signal.Test is "contains" or "matches" ? SignalUnit.Flag : signal.Definition.Unit;

    private static string Print(Literal literal, SignalUnit unit) => literal switch
    {
        Literal.Number number => UnitText.Print(number.Value, unit),
        Literal.Whole whole => whole.Value.ToString(CultureInfo.InvariantCulture),
        Literal.Text text => Quoted(text.Value),
        Literal.Flag flag => flag.Value ? "true" : "false",
        _ => throw new InvalidOperationException("Literal is a closed hierarchy."),
    };

    /// <summary>A backslash is doubled only where the reader would take it for an escape, so that patterns stay readable.</summary>
    private static string Quoted(string value)
    {
        var text = new StringBuilder("\"");
        for (var i = 0; i < value.Length; i++)
        {
            var escapes = i + 1 == value.Length || value[i + 1] is '"' or '\\';
            if (value[i] == '"' || value[i] == '\\' && escapes) text.Append('\\');
            text.Append(value[i]);
        }
        return text.Append('"').ToString();
    }

    private static string Symbol(Comparison comparison) => comparison switch
    {
        Comparison.Less => "<",
        Comparison.LessOrEqual => "<=",
        Comparison.Equal => "==",
        Comparison.NotEqual => "!=",
        Comparison.GreaterOrEqual => ">=",
        Comparison.Greater => ">",
    };
}

/// <summary>A condition as it was understood.</summary>
/// <param name="Text">Its canonical form, units converted.</param>
/// <param name="Onset">From when it counts as broken, in words: <c>begins at last progress + 48s</c>.</param>
/// <param name="Otherwise">What follows when it is broken.</param>
/// <param name="Scope">Group when all sources of the chain have to be compared.</param>
public sealed record ConditionExplanation(string Text, string Onset, State Otherwise, SignalScope Scope);
