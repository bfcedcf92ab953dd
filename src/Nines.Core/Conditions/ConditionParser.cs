using System.Collections.Immutable;
using System.Globalization;
using Nines.Core.Observations;

namespace Nines.Core.Conditions;

/// <summary>
/// Reads a condition once into a typed tree, checking every name and unit:
/// <c>EXPR [after N in a row] [until EXPR] [else degraded|effectively down|down]</c>. The grammar is in docs/reference/conditions.md.
/// </summary>
/// <remarks>Without <c>else</c>, a broken condition is effectively down: the target did answer, but not what its users need.</remarks>
public static class ConditionParser
{
    /// <summary>Longest text, in characters.</summary>
    public const int MaxLength = 1_000;

    /// <summary>Most brackets and nots inside one another.</summary>
    public const int MaxDepth = 32;

    /// <summary>Longest run that <c>after N in a row</c> may ask for.</summary>
    public const int MaxInARow = 1_000;

    /// <summary>The grammar's own words: no signal that a config names may be called so.</summary>
    public static ImmutableArray<string> ReservedWords { get; } =
        ["and", "or", "not", "after", "until", "else", "in", "a", "row", "true", "false", "contains", "matches", "abs"];

    /// <summary>Never throws for anything that stands in <paramref name="text"/>. Signals with arguments are added to the vocabulary if it is understood.</summary>
    public static ConditionReading Parse(string text, SignalVocabulary vocabulary)
    {
        ArgumentNullException.ThrowIfNull(text);
        ArgumentNullException.ThrowIfNull(vocabulary);
        if (text.Length > MaxLength)
            return new ConditionReading.Mistaken(new(ConditionMistakeKind.Limit, MaxLength + 1, $"A condition has at most {MaxLength:N0} characters; this one has {text.Length:N0}. Split it: each condition of a list counts by itself."));
        var before = vocabulary.Count;
        var reader = new ConditionReader(text, vocabulary);
        var condition = reader.ReadCondition();
        if (condition is not null) return new ConditionReading.Understood(condition);
        vocabulary.ForgetSince(before);
        return new ConditionReading.Mistaken(reader.Mistake ?? throw new InvalidOperationException("A reader that gives no condition gives a mistake."));
    }
}

/// <summary>One parse. A method that gives null has set <see cref="Mistake"/>; the first mistake stays.</summary>
internal sealed partial class ConditionReader(string text, SignalVocabulary vocabulary)
{
    private readonly ConditionScanner scanner = new(text);

    public ConditionMistake? Mistake { get; private set; }

    public Condition? ReadCondition()
    {
        if (scanner.Peek().Kind == TokenKind.End) return Fail<Condition>(scanner.Peek(), "The condition is empty. Write for example: round_trip < 800ms");
        if (TruthOf(ReadOr(0)) is not { } holds) return null;
        var inARow = 1;
        if (scanner.Peek().Is("after"))
        {
            if (ReadInARow() is not { } run) return null;
            inARow = run;
        }
        Expression? until = null;
        if (scanner.Peek().Is("until"))
        {
            scanner.Next();
            until = TruthOf(ReadOr(0));
            if (until is null) return null;
        }
        var otherwise = State.EffectivelyDown;
        if (scanner.Peek().Is("else"))
        {
            scanner.Next();
            if (ReadState() is not { } state) return null;
            otherwise = state;
        }
        return scanner.Peek().Kind == TokenKind.End
            ? new Condition(text, holds, otherwise) { InARow = inARow, Until = until }
            : FailAfterExpression(scanner.Peek());
    }

    private Condition? FailAfterExpression(Token token)
    {
        if (token.Is("=") || token.Is("<>")) return Fail<Condition>(token, "Compare with ==, !=, <, <=, > or >=.");
        if (token.Is("&&")) return Fail<Condition>(token, "Write 'and' for '&&'.", "and");
        if (token.Is("||")) return Fail<Condition>(token, "Write 'or' for '||'.", "or");
        if (token.Is(")")) return Fail<Condition>(token, "This ')' closes nothing.");
        if (token.Is("after") || token.Is("until"))
            return Fail<Condition>(token, "The order is: expression, 'after N in a row', 'until …', 'else …'; each at most once.");
        string[] next = ["and", "or", "after", "until", "else"];
        return Fail<Condition>(token, $"The condition could end before {token.Shown}, or go on with and, or, after, until, else.{DidYouMean.Sentence(token.Value, next)}", DidYouMean.Closest(token.Value, next));
    }

    private int? ReadInARow()
    {
        scanner.Next();
        var number = scanner.Next();
        if (number.Kind != TokenKind.Number || !int.TryParse(number.Value, NumberStyles.None, CultureInfo.InvariantCulture, out var run) || run is < 1 or > ConditionParser.MaxInARow)
            return FailValue(number, $"Write how many in a row, 1 to {ConditionParser.MaxInARow}: after 2 in a row");
        foreach (var word in (ReadOnlySpan<string>)["in", "a", "row"])
        {
            var token = scanner.Next();
            if (!token.Is(word)) return FailValue(token, $"Expected '{word}': after {run} in a row");
        }
        return run;
    }

    private State? ReadState()
    {
        var token = scanner.Next();
        switch (token.Value)
        {
            case "degraded" when token.Kind == TokenKind.Word: return State.Degraded;
            case "down" when token.Kind == TokenKind.Word: return State.Down;
            case "effectively_down" when token.Kind == TokenKind.Word: return State.EffectivelyDown;
            case "effectively" when token.Kind == TokenKind.Word && scanner.Peek().Is("down"):
                scanner.Next();
                return State.EffectivelyDown;
        }
        string[] states = ["degraded", "effectively_down", "down"];
        Fail<Condition>(token, $"After 'else' comes degraded, effectively down or down, not {token.Shown}.{DidYouMean.Sentence(token.Value, states)}", DidYouMean.Closest(token.Value, states));
        return null;
    }

    /// <summary>What was read so far: either true or false, or a value that has still to be compared.</summary>
    private sealed record Node(Expression? Truth, Operand? Value);

    private Node? ReadOr(int depth)
    {
        var left = ReadAnd(depth);
        while (left is not null && scanner.Peek().Is("or"))
        {
            if (TruthOf(left) is not { } one) return null;
            scanner.Next();
            left = TruthOf(ReadAnd(depth)) is { } other ? new Node(new Expression.Or(one, other), null) : null;
        }
        return left;
    }

    private Node? ReadAnd(int depth)
    {
        var left = ReadNot(depth);
        while (left is not null && scanner.Peek().Is("and"))
        {
            if (TruthOf(left) is not { } one) return null;
            scanner.Next();
            left = TruthOf(ReadNot(depth)) is { } other ? new Node(new Expression.And(one, other), null) : null;
        }
        return left;
    }

    /// <param name="afterNot">Brackets right behind a not are the same level: the printed form always has them.</param>
    private Node? ReadNot(int depth, bool afterNot = false)
    {
        var token = scanner.Peek();
        if (token.Is("!")) return Fail<Node>(token, "Write 'not' for '!'.", "not");
        if (!token.Is("not")) return ReadComparison(depth, afterNot);
        scanner.Next();
        if (depth >= ConditionParser.MaxDepth) return FailDepth(token);
        return TruthOf(ReadNot(depth + 1, afterNot: true)) is { } inner ? new Node(new Expression.Not(inner), null) : null;
    }

    private Node? ReadBrackets(int depth)
    {
        var open = scanner.Next();
        if (ReadOr(depth) is not { } inner) return null;
        var close = scanner.Next();
        if (!close.Is(")")) return Fail<Node>(close, $"Expected ')' for the '(' in column {open.Column}, found {close.Shown}.");
        return inner.Value is { Term: not Term.Signal } value ? new Node(null, value with { Column = open.Column, Shown = Since(open.Column) }) : inner;
    }

    private Node? FailDepth(Token token) => Fail<Node>(token, $"Brackets and nots go at most {ConditionParser.MaxDepth} deep.", kind: ConditionMistakeKind.Limit);

    private T? Fail<T>(Token at, string message, string? suggestion = null, ConditionMistakeKind kind = ConditionMistakeKind.Form) where T : class
    {
        Mistake ??= new ConditionMistake(kind, at.Column, message, suggestion);
        return null;
    }

    private int? FailValue(Token at, string message)
    {
        Fail<Condition>(at, message);
        return null;
    }
}
