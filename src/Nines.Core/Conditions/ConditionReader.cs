using System.Globalization;
using Nines.Core.Observations;

namespace Nines.Core.Conditions;

/// <summary>The middle of the grammar: comparisons, and the literals that signals are compared with.</summary>
internal sealed partial class ConditionReader
{
    private Node? ReadComparison(int depth, bool afterNot)
    {
        if (ReadSum(depth, afterNot) is not { } read) return null;
        if (read.Value is not { } left) return read;
        var token = scanner.Peek();
        if (token.Is("=")) return Fail<Node>(token, "Write '==' for 'is equal to'.", "==");
        if (token.Is("<>")) return Fail<Node>(token, "Write '!=' for 'is not equal to'.", "!=");
        if (ComparisonOf(token) is not { } comparison) return read;
        if (left.Term.IsConstant) return FailConstant(left);
        scanner.Next();
        if (left.Unit is SignalUnit.Flag or SignalUnit.Text && comparison is not (Comparison.Equal or Comparison.NotEqual))
            return Fail<Node>(token, $"{left.Shown} is {UnitText.Describe(left.Unit)}, which has no order: compare with == or !=.", kind: ConditionMistakeKind.Unit);
        return ReadRightSide(left, comparison, depth) is { } compared ? new Node(compared, null) : null;
    }

    /// <summary>What was read, where true or false is needed: a lone flag is it, another value is not.</summary>
    private Expression? TruthOf(Node? read)
    {
        if (read?.Truth is { } truth) return truth;
        if (read?.Value is not { } value) return null;
        if (value is { Term: Term.Signal signal, Unit: SignalUnit.Flag or SignalUnit.Any }) return new Expression.Is(signal.Position);
        if (value.Term.IsConstant) return FailConstant(value)?.Truth;
        return FailAt<Expression>(value.Column, $"{value.Shown} is {UnitText.Describe(value.Unit)}: compare it, for example {value.Shown} {(value.Unit == SignalUnit.Text ? "==" : "<")} {UnitText.Example(value.Unit)}", ConditionMistakeKind.Unit);
    }

    private Node? FailConstant(Operand constant) =>
        FailAt<Node>(constant.Column, $"The signal stands on the left, the value on the right: round_trip < 800ms. Here '{constant.Shown}' is on the left.", ConditionMistakeKind.Form);

    private Expression? ReadRightSide(Operand left, Comparison comparison, int depth)
    {
        var token = scanner.Peek();
        if (token.Is("true") || token.Is("false"))
        {
            scanner.Next();
            if (left is not { Term: Term.Signal flag, Unit: SignalUnit.Flag or SignalUnit.Any }) return FailUnit(token, left);
            return comparison is Comparison.Equal or Comparison.NotEqual
                ? new Expression.Compare(flag.Position, comparison, new Literal.Flag(token.Value == "true"))
                : Fail<Expression>(token, "True and false have no order: compare with == or !=.", kind: ConditionMistakeKind.Unit);
        }
        switch (token.Kind)
        {
            case TokenKind.Text:
                scanner.Next();
                if (left is not { Term: Term.Signal text, Unit: SignalUnit.Text or SignalUnit.Any }) return FailUnit(token, left);
                return comparison is Comparison.Equal or Comparison.NotEqual
                    ? new Expression.Compare(text.Position, comparison, new Literal.Text(token.Value))
                    : Fail<Expression>(token, "Texts have no order: compare with == or !=.", kind: ConditionMistakeKind.Unit);
            case TokenKind.Number when left.Term is Term.Signal signal && !scanner.IsArithmeticAfterNumber(IsReserved):
                return ReadNumber(left) is { } literal ? new Expression.Compare(signal.Position, comparison, literal) : null;
            case TokenKind.Number or TokenKind.Word:
            case TokenKind.Symbol when token.Is("("):
                return ReadSum(depth, false) is { } right ? Compare(left, comparison, right, token) : null;
            default:
                return Fail<Expression>(token, $"Expected a value to compare {left.Shown} with, for example {UnitText.Example(left.Unit)}; found {token.Shown}.");
        }
    }

    private Expression? Compare(Operand left, Comparison comparison, Node read, Token at)
    {
        if (read.Value is not { } right) return Fail<Expression>(at, $"Expected a value to compare {left.Shown} with, found what is true or false.");
        if (left.Term is Term.Signal one && right.Term is Term.Signal other)
            return right.Unit == left.Unit || left.Unit == SignalUnit.Any && IsPlain(right.Unit) || right.Unit == SignalUnit.Any && IsPlain(left.Unit)
                ? new Expression.CompareSignals(one.Position, comparison, other.Position)
                : Fail<Expression>(at, $"{left.Shown} is {UnitText.Describe(left.Unit)} and {right.Shown} is {UnitText.Describe(right.Unit)}: only signals of the same unit compare.", kind: ConditionMistakeKind.Unit);
        if (!AreNumbers(left, right)) return null;
        if (Common(left, right) is null) return FailMixed(left, right, "only values of the same unit compare");
        return left.Term is Term.Signal lone && right.Term is Term.Constant constant
            ? new Expression.Compare(lone.Position, comparison, constant.Value.IsWhole && UnitText.BeyondDouble(constant.Value.ToString()) is { } whole && IsPlain(left.Unit) ? new Literal.Whole(whole) : new Literal.Number(constant.Number))
            : new Expression.CompareTerms(left.Term, comparison, right.Term);
    }

    private static Comparison? ComparisonOf(Token token) => token.Kind != TokenKind.Symbol ? null : token.Value switch
    {
        "<" => Comparison.Less,
        "<=" => Comparison.LessOrEqual,
        "==" => Comparison.Equal,
        "!=" => Comparison.NotEqual,
        ">=" => Comparison.GreaterOrEqual,
        ">" => Comparison.Greater,
        _ => null,
    };

    private Expression? FailUnit(Token at, Operand left)
    {
        var example = UnitText.Example(left.Unit);
        return Fail<Expression>(at, $"{left.Shown} is {UnitText.Describe(left.Unit)}, not {at.Shown}: write for example {example}", example, ConditionMistakeKind.Unit);
    }

    /// <summary>A number with its unit, converted into the one that the signal is held in.</summary>
    private Literal? ReadNumber(Operand left)
    {
        var unit = left.Unit;
        var number = scanner.Next();
        if (!double.IsFinite(double.Parse(number.Value, NumberStyles.Float, CultureInfo.InvariantCulture)))
            return Fail<Literal>(number, "This number is too large.", kind: ConditionMistakeKind.Limit);
        if (unit is SignalUnit.Flag or SignalUnit.Text)
        {
            FailUnit(number, left);
            return null;
        }
        var word = scanner.Unit(IsReserved);
        if (word.Value.Length == 0)
        {
            if ((unit is SignalUnit.None or SignalUnit.Any) && UnitText.BeyondDouble(number.Value) is { } whole) return new Literal.Whole(whole);
            if (unit is SignalUnit.None or SignalUnit.Any or SignalUnit.Ratio) return new Literal.Number(UnitText.Convert(number.Value, 1m));
            var meant = UnitText.WithUnit(number.Value, unit, left.IsAge);
            return Fail<Literal>(number, $"{left.Shown} is {UnitText.Describe(unit)}, so {number.Value} needs a unit: {meant}?", meant, ConditionMistakeKind.Unit);
        }
        if (UnitText.Factor(unit, word.Value) is not { } factor)
        {
            FailUnitWord(number, word, left);
            return null;
        }
        var sum = UnitText.Convert(number.Value, factor);
        return unit == SignalUnit.Seconds ? ReadRestOfDuration(number, sum, factor) : new Literal.Number(sum);
    }

    /// <summary>The 30s of 1m30s: smaller and smaller units, without spaces.</summary>
    private Literal? ReadRestOfDuration(Token first, double sum, decimal factor)
    {
        var negative = first.Value[0] == '-';
        while (scanner.AdjacentNumber() is { } next)
        {
            var word = scanner.Unit(IsReserved, adjacent: true);
            if (UnitText.Factor(SignalUnit.Seconds, word.Value) is not { } smaller || smaller >= factor)
                return Fail<Literal>(next, "A duration of several parts goes from large to small, each with its unit: 1m30s", "1m30s", ConditionMistakeKind.Unit);
            var part = UnitText.Convert(next.Value, smaller);
            if (!double.IsFinite(part)) return Fail<Literal>(next, "This number is too large.", kind: ConditionMistakeKind.Limit);
            sum = negative ? sum - part : sum + part;
            factor = smaller;
        }
        return double.IsFinite(sum) ? new Literal.Number(sum) : Fail<Literal>(first, "This number is too large.", kind: ConditionMistakeKind.Limit);
    }

    private void FailUnitWord(Token number, Token word, Operand left)
    {
        var unit = left.Unit;
        var words = new List<string>();
        foreach (var (known, _) in UnitText.Words(unit)) words.Add(known);
        if (word.Value == "x" && number.Value == "0")
            Fail<Literal>(number, "Hexadecimal is not read as a number: write it in decimal, or in quotes if it is a text.");
        else if (words.Count == 0)
            Fail<Literal>(word, $"{left.Shown} is {UnitText.Describe(unit)} without a unit: write {number.Value}", number.Value, ConditionMistakeKind.Unit);
        else
        {
            var near = words.Find(known => known.Equals(word.Value, StringComparison.OrdinalIgnoreCase)) ?? Spelled(word.Value, unit) ?? DidYouMean.Closest(word.Value, words);
            var space = unit is SignalUnit.Blocks or SignalUnit.Bytes ? " " : "";
            var hint = near is null ? $" Write for example {UnitText.WithUnit(number.Value, unit, left.IsAge)}" : $" Did you mean {number.Value}{space}{near}?";
            Fail<Literal>(word, $"{left.Shown} is {UnitText.Describe(unit)}: '{word.Value}' is not a unit of it. Use {string.Join(", ", words)}.{hint}", near, ConditionMistakeKind.Unit);
        }
    }

    private static string? Spelled(string word, SignalUnit unit) => unit != SignalUnit.Seconds ? null : word.ToLowerInvariant().TrimEnd('s') switch
    {
        "sec" or "second" => "s",
        "msec" or "milli" or "millisecond" => "ms",
        "min" or "minute" => "m",
        "hour" or "hr" => "h",
        "day" => "d",
        _ => null,
    };

    private static bool IsReserved(string word) => ConditionParser.ReservedWords.Contains(word);
}
