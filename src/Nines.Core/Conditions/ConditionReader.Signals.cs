using System.Text.RegularExpressions;
using Nines.Core.Observations;

namespace Nines.Core.Conditions;

/// <summary>The lower end of the grammar: signals and their arguments.</summary>
internal sealed partial class ConditionReader
{
    private (int Index, SignalUnit Unit, SignalDefinition Definition)? ReadSignal()
    {
        var token = scanner.Next();
        if (token.Kind is TokenKind.Number or TokenKind.Text || token.Is("true") || token.Is("false"))
            return FailSignal(token, $"The signal stands on the left, the value on the right: round_trip < 800ms. Here {token.Shown} is on the left.");
        if (token.Kind != TokenKind.Word || IsReserved(token.Value) && vocabulary.Find(token.Value) is null)
            return FailSignal(token, $"Expected a signal, found {token.Shown}. Signals here: {Offered()}.");
        if (vocabulary.Find(token.Value) is not { } definition)
        {
            if (scanner.Peek().Is("(") && vocabulary.Definitions.Any(known => known.Name.EndsWith(')'))) return ReadNamed(token);
            var near = DidYouMean.Closest(token.Value, vocabulary.Definitions.Select(known => known.Name));
            Fail<Expression>(token, $"There is no signal '{token.Value}' here.{(near is null ? $" There are: {Offered()}." : $" Did you mean '{near}'?")}", near, ConditionMistakeKind.UnknownSignal);
            return null;
        }
        return definition.TakesArgument ? ReadArgument(token, definition) : Plain(token, definition);
    }

    /// <summary>What the config named: totalSupply(), reverted(swap).</summary>
    private (int, SignalUnit, SignalDefinition)? ReadNamed(Token token)
    {
        scanner.Next();
        var of = scanner.Peek().Kind == TokenKind.Word ? scanner.Next().Value : "";
        var close = scanner.Next();
        if (!close.Is(")")) return FailSignal(close, $"Expected ')' behind {token.Value}({of}, found {close.Shown}.");
        var name = $"{token.Value}({of})";
        if (vocabulary.Find(name) is { } definition) return (vocabulary.Use(new SignalRef(definition)), definition.Unit, definition);
        var near = DidYouMean.Closest(name, vocabulary.Definitions.Select(known => known.Name));
        Fail<Expression>(token, $"There is no {name} here.{(near is null ? $" There are: {Offered()}." : $" Did you mean '{near}'?")}", near, ConditionMistakeKind.UnknownSignal);
        return null;
    }

    private string Offered() => vocabulary.Definitions.Length == 0 ? "none" : string.Join(", ", vocabulary.Definitions.Select(known => known.Name));

    private (int, SignalUnit, SignalDefinition)? Plain(Token token, SignalDefinition definition)
    {
        var next = scanner.Peek();
        // reverted is any action's, reverted(swap) that of one.
        if (next.Is("(") && vocabulary.Definitions.Any(known => known.Name.StartsWith(definition.Name + "(", StringComparison.Ordinal))) return ReadNamed(token);
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
