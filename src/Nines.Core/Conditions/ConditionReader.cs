using System.Globalization;
using System.Text.RegularExpressions;
using Nines.Core.Observations;

namespace Nines.Core.Conditions;

/// <summary>The lower half of the grammar: signals, comparisons, literals and their units.</summary>
internal sealed partial class ConditionReader
{
    private Expression? ReadComparison()
    {
        var at = scanner.Peek();
        if (ReadSignal() is not { } found) return null;
        var (index, unit, definition) = found;
        var token = scanner.Peek();
        if (token.Is("=")) return Fail<Expression>(token, "Write '==' for 'is equal to'.", "==");
        if (token.Is("<>")) return Fail<Expression>(token, "Write '!=' for 'is not equal to'.", "!=");
        if (ComparisonOf(token) is not { } comparison)
        {
            return unit is SignalUnit.Flag or SignalUnit.Any
                ? new Expression.Is(index)
                : Fail<Expression>(at, $"{definition.Name} is {UnitText.Describe(unit)}: compare it, for example {definition.Name} {(unit == SignalUnit.Text ? "==" : "<")} {UnitText.Example(unit)}", kind: ConditionMistakeKind.Unit);
        }
        scanner.Next();
        if (unit is SignalUnit.Flag or SignalUnit.Text && comparison is not (Comparison.Equal or Comparison.NotEqual))
            return Fail<Expression>(token, $"{definition.Name} is {UnitText.Describe(unit)}, which has no order: compare with == or !=.", kind: ConditionMistakeKind.Unit);
        return ReadRightSide(index, unit, definition, comparison);
    }

    private Expression? ReadRightSide(int index, SignalUnit unit, SignalDefinition definition, Comparison comparison)
    {
        var token = scanner.Peek();
        if (token.Is("true") || token.Is("false"))
        {
            scanner.Next();
            if (unit is not (SignalUnit.Flag or SignalUnit.Any)) return FailUnit(token, definition, unit);
            return comparison is Comparison.Equal or Comparison.NotEqual
                ? new Expression.Compare(index, comparison, new Literal.Flag(token.Value == "true"))
                : Fail<Expression>(token, "True and false have no order: compare with == or !=.", kind: ConditionMistakeKind.Unit);
        }
        switch (token.Kind)
        {
            case TokenKind.Text:
                scanner.Next();
                if (unit is not (SignalUnit.Text or SignalUnit.Any)) return FailUnit(token, definition, unit);
                return comparison is Comparison.Equal or Comparison.NotEqual
                    ? new Expression.Compare(index, comparison, new Literal.Text(token.Value))
                    : Fail<Expression>(token, "Texts have no order: compare with == or !=.", kind: ConditionMistakeKind.Unit);
            case TokenKind.Number:
                return ReadNumber(definition, unit) is { } literal ? new Expression.Compare(index, comparison, literal) : null;
            case TokenKind.Word:
                if (ReadSignal() is not { } other) return null;
                return other.Unit == unit
                    ? new Expression.CompareSignals(index, comparison, other.Index)
                    : Fail<Expression>(token, $"{definition.Name} is {UnitText.Describe(unit)} and {other.Definition.Name} is {UnitText.Describe(other.Unit)}: only signals of the same unit compare.", kind: ConditionMistakeKind.Unit);
            default:
                return Fail<Expression>(token, $"Expected a value to compare {definition.Name} with, for example {UnitText.Example(unit)}; found {token.Shown}.");
        }
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

    private Expression? FailUnit(Token at, SignalDefinition definition, SignalUnit unit)
    {
        var example = UnitText.Example(unit);
        return Fail<Expression>(at, $"{definition.Name} is {UnitText.Describe(unit)}, not {at.Shown}: write for example {example}", example, ConditionMistakeKind.Unit);
    }

    /// <summary>A number with its unit, converted into the one that the signal is held in.</summary>
    private Literal? ReadNumber(SignalDefinition definition, SignalUnit unit)
    {
        var number = scanner.Next();
        if (!double.IsFinite(double.Parse(number.Value, NumberStyles.Float, CultureInfo.InvariantCulture)))
            return Fail<Literal>(number, "This number is too large.", kind: ConditionMistakeKind.Limit);
        if (unit is SignalUnit.Flag or SignalUnit.Text)
        {
            FailUnit(number, definition, unit);
            return null;
        }
        var word = scanner.Unit(IsReserved);
        if (word.Value.Length == 0)
        {
            if ((unit is SignalUnit.None or SignalUnit.Any) && UnitText.BeyondDouble(number.Value) is { } whole) return new Literal.Whole(whole);
            if (unit is SignalUnit.None or SignalUnit.Any or SignalUnit.Ratio) return new Literal.Number(UnitText.Convert(number.Value, 1m));
            var meant = UnitText.WithUnit(number.Value, definition);
            return Fail<Literal>(number, $"{definition.Name} is {UnitText.Describe(unit)}, so {number.Value} needs a unit: {meant}?", meant, ConditionMistakeKind.Unit);
        }
        if (UnitText.Factor(unit, word.Value) is not { } factor)
        {
            FailUnitWord(number, word, definition, unit);
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

    private void FailUnitWord(Token number, Token word, SignalDefinition definition, SignalUnit unit)
    {
        var words = new List<string>();
        foreach (var (known, _) in UnitText.Words(unit)) words.Add(known);
        if (word.Value == "x" && number.Value == "0")
            Fail<Literal>(number, "Hexadecimal is not read as a number: write it in decimal, or in quotes if it is a text.");
        else if (words.Count == 0)
            Fail<Literal>(word, $"{definition.Name} is {UnitText.Describe(unit)} without a unit: write {number.Value}", number.Value, ConditionMistakeKind.Unit);
        else
        {
            var near = words.Find(known => known.Equals(word.Value, StringComparison.OrdinalIgnoreCase)) ?? Spelled(word.Value, unit) ?? DidYouMean.Closest(word.Value, words);
            var space = unit is SignalUnit.Blocks or SignalUnit.Bytes ? " " : "";
            var hint = near is null ? $" Write for example {UnitText.WithUnit(number.Value, definition)}" : $" Did you mean {number.Value}{space}{near}?";
            Fail<Literal>(word, $"{definition.Name} is {UnitText.Describe(unit)}: '{word.Value}' is not a unit of it. Use {string.Join(", ", words)}.{hint}", near, ConditionMistakeKind.Unit);
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

    private static bool IsReserved(string word) => Array.IndexOf(Reserved, word) >= 0;

    private (int Index, SignalUnit Unit, SignalDefinition Definition)? ReadSignal()
    {
        var token = scanner.Next();
        if (token.Kind is TokenKind.Number or TokenKind.Text || token.Is("true") || token.Is("false"))
            return FailSignal(token, $"The signal stands on the left, the value on the right: round_trip < 800ms. Here {token.Shown} is on the left.");
        if (token.Kind != TokenKind.Word || IsReserved(token.Value) && vocabulary.Find(token.Value) is null)
            return FailSignal(token, $"Expected a signal, found {token.Shown}. Signals here: {Offered()}.");
        if (vocabulary.Find(token.Value) is not { } definition)
        {
            var near = DidYouMean.Closest(token.Value, vocabulary.Definitions.Select(known => known.Name));
            Fail<Expression>(token, $"There is no signal '{token.Value}' here.{(near is null ? $" There are: {Offered()}." : $" Did you mean '{near}'?")}", near, ConditionMistakeKind.UnknownSignal);
            return null;
        }
        return definition.TakesArgument ? ReadArgument(token, definition) : Plain(token, definition);
    }

    private string Offered() => vocabulary.Definitions.Length == 0 ? "none" : string.Join(", ", vocabulary.Definitions.Select(known => known.Name));

    private (int, SignalUnit, SignalDefinition)? Plain(Token token, SignalDefinition definition)
    {
        var next = scanner.Peek();
        if (next.Is("(")) return FailSignal(next, $"{definition.Name} takes no argument.");
        if (next.Is("contains") || next.Is("matches")) return FailSignal(next, $"{definition.Name} cannot be searched: compare it with == or !=.");
        return (vocabulary.Use(new SignalRef(definition)), definition.Unit, definition);
    }

    private (int, SignalUnit, SignalDefinition)? ReadArgument(Token token, SignalDefinition definition)
    {
        var next = scanner.Peek();
        if (next.Is("contains") || next.Is("matches"))
        {
            scanner.Next();
            var operand = scanner.Next();
            if (operand.Kind != TokenKind.Text) return FailSignal(operand, $"After '{next.Value}' comes a text in double quotes: {definition.Name} {next.Value} \"ok\"");
            if (operand.Value.Length == 0) return FailSignal(operand, "An empty text is in every answer: say what to look for.");
            if (next.Value == "matches" && WrongPattern(operand.Value) is { } wrong) return FailSignal(operand, $"This is not a pattern that can be used: {wrong}");
            return Used(token, new SignalRef(definition, next.Value, operand.Value), SignalUnit.Flag);
        }
        if (!next.Is("("))
            return FailSignal(next, definition.Unit is SignalUnit.Flag
                ? $"Say what to look for: {definition.Name} contains \"ok\", or {definition.Name} matches \"o.*k\""
                : $"{definition.Name} takes an argument in brackets: {(definition.Unit == SignalUnit.Any ? $"{definition.Name}($.result)" : $"{definition.Name}(\"name\")")}");
        scanner.Next();
        SignalRef signal;
        if (scanner.StartsPath())
        {
            var path = scanner.Path();
            if (!JsonPath().IsMatch(path.Value)) return FailSignal(path, "A path goes $.name, $[0] or $[\"any name\"], as deep as you like: $.result.peers[0].id");
            signal = new SignalRef(definition, "path", path.Value);
        }
        else
        {
            var name = scanner.Next();
            if (name.Kind != TokenKind.Text || name.Value.Length == 0) return FailSignal(name, $"Between the brackets comes a path ($.result) or a name in double quotes, not {name.Shown}.");
            signal = new SignalRef(definition, "name", name.Value);
        }
        var close = scanner.Next();
        return close.Is(")") ? Used(token, signal, definition.Unit) : FailSignal(close, $"Expected ')' behind the argument of {definition.Name}, found {close.Shown}.");
    }

    private (int, SignalUnit, SignalDefinition)? Used(Token token, SignalRef signal, SignalUnit unit)
    {
        var index = vocabulary.Use(signal);
        if (index >= 0) return (index, unit, signal.Definition);
        Fail<Expression>(token, $"The conditions of one probe may use at most {SignalVocabulary.MaxWithArguments} signals with arguments.", kind: ConditionMistakeKind.Limit);
        return null;
    }

    /// <summary>Patterns run over what strangers send, so only those are taken whose time is linear in the text.</summary>
    private static string? WrongPattern(string pattern)
    {
        try
        {
            _ = new Regex(pattern, RegexOptions.CultureInvariant | RegexOptions.NonBacktracking, TimeSpan.FromSeconds(1));
            return null;
        }
        catch (RegexParseException wrong)
        {
            return $"{wrong.Error} at character {wrong.Offset}.";
        }
        catch (NotSupportedException)
        {
            return "look-arounds, back-references and very large repeats are left out, because a stranger's answer could make them take for ever.";
        }
        catch (ArgumentException)
        {
            return "it is too large.";
        }
    }

    private (int, SignalUnit, SignalDefinition)? FailSignal(Token at, string message)
    {
        Fail<Expression>(at, message);
        return null;
    }

    [GeneratedRegex("""\A\$(\.[A-Za-z_][A-Za-z0-9_-]*|\[[0-9]{1,9}\]|\["[^"\\]+"\]|\['[^'\\]+'\])*\z""", RegexOptions.CultureInvariant)]
    private static partial Regex JsonPath();
}
