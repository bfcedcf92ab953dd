using System.Globalization;
using Nines.Core.Observations;

namespace Nines.Core.Conditions;

/// <summary>Arithmetic: sums, products, brackets, abs, and what units come of them.</summary>
internal sealed partial class ConditionReader
{
    /// <summary>A value, as far as it was read.</summary>
    /// <param name="Column">Where it begins.</param>
    /// <param name="Shown">What messages call it: the signal's name, or the text itself.</param>
    private sealed record Operand(Term Term, SignalUnit Unit, int Column, string Shown)
    {
        /// <summary>The digits of a bare number.</summary>
        public string? Digits { get; init; }

        public bool IsAge { get; init; }
    }

    private Node? ReadSum(int depth, bool afterNot)
    {
        var left = ReadProduct(depth, afterNot);
        while (left is not null && (scanner.Take("+") ?? scanner.TakeMinus()) is { } sign)
        {
            if (NumbersAround(sign, left, ReadProduct(depth, false)) is not var (one, other)) return null;
            var add = sign.Value == "+";
            if (Common(one, other) is not { } unit)
            {
                FailMixed(one, other, add ? "only values of the same unit add up" : "only values of the same unit can be subtracted");
                return null;
            }
            left = Worked(one, add ? ArithmeticOperator.Add : ArithmeticOperator.Subtract, other, unit);
        }
        return left;
    }

    private Node? ReadProduct(int depth, bool afterNot)
    {
        var left = ReadPrimary(depth, afterNot);
        while (left is not null && (scanner.Take("*") ?? scanner.Take("/")) is { } sign)
        {
            if (NumbersAround(sign, left, ReadPrimary(depth, false)) is not var (one, other)) return null;
            left = sign.Value == "*" ? Multiplied(one, other) : Divided(one, other);
        }
        return left;
    }

    private Node? ReadPrimary(int depth, bool afterNot)
    {
        var token = scanner.Peek();
        if (token.Is("("))
        {
            if (afterNot) return ReadBrackets(depth);
            return depth >= ConditionParser.MaxDepth ? FailDepth(token) : ReadBrackets(depth + 1);
        }
        if (token.Kind == TokenKind.Number) return ReadConstant();
        if (token.Is("abs") && vocabulary.Find("abs") is null) return ReadAbsolute(depth);
        return ReadSignal() is var (index, unit, definition)
            ? new Node(null, new Operand(new Term.Signal(index), unit, token.Column, definition.Name) { IsAge = definition.Onset == SignalOnset.Since })
            : null;
    }

    private Node? ReadAbsolute(int depth)
    {
        var abs = scanner.Next();
        if (!scanner.Peek().Is("(")) return Fail<Node>(scanner.Peek(), "What abs is of stands in brackets: abs(a - b)");
        if (depth >= ConditionParser.MaxDepth) return FailDepth(abs);
        var open = scanner.Peek();
        if (ReadBrackets(depth + 1) is not { } read || NumberOf(read, open) is not { } inner) return null;
        return new Node(null, inner with { Term = new Term.Absolute(inner.Term), Column = abs.Column, Shown = Since(abs.Column), Digits = null });
    }

    /// <summary>A number with the unit that its own word says.</summary>
    private Node? ReadConstant()
    {
        var number = scanner.Next();
        if (Exactly(number, "") is not { } plain) return null;
        var word = scanner.Unit(IsReserved);
        if (word.Value.Length == 0) return new Node(null, new Operand(new Term.Constant(plain, SignalUnit.None), SignalUnit.None, number.Column, number.Value) { Digits = number.Value });
        if (UnitText.UnitOf(word.Value) is not { } unit)
        {
            var near = Spelled(word.Value, SignalUnit.Seconds);
            return Fail<Node>(word, $"'{word.Value}' is no unit. Write a time as 1.5s, blocks as 3 blocks, a size as 10 KiB, a share as 5%.{(near is null ? "" : $" Did you mean {number.Value}{near}?")}", near, ConditionMistakeKind.Unit);
        }
        if (Exactly(number, word.Value) is not { } sum) return null;
        var factor = UnitText.Factor(unit, word.Value);
        while (unit == SignalUnit.Seconds && scanner.AdjacentNumber() is { } next)
        {
            var smaller = scanner.Unit(IsReserved, adjacent: true).Value;
            if (UnitText.Factor(unit, smaller) is not { } part || part >= factor)
                return Fail<Node>(next, "A duration of several parts goes from large to small, each with its unit: 1m30s", "1m30s", ConditionMistakeKind.Unit);
            if (Exactly(next, smaller) is not { } more) return null;
            sum = sum.Plus(number.Value[0] == '-' ? new ExactDecimal(-more.Unscaled, more.Scale) : more);
            factor = part;
        }
        return new Node(null, new Operand(new Term.Constant(sum, unit), unit, number.Column, Since(number.Column)));
    }

    private ExactDecimal? Exactly(Token number, string word)
    {
        var known = ExactDecimal.TryParse(number.Value, out var exact);
        if (known && word.Length > 0 && UnitText.UnitOf(word) is { } unit && UnitText.Factor(unit, word) is { } factor) exact = exact.Times(UnitText.Exactly(factor));
        if (known && exact.Scale <= ExactDecimal.MaxExponent && double.IsFinite(exact.ToDouble())) return exact;
        Fail<Node>(number, "This number is too large, or too small.", kind: ConditionMistakeKind.Limit);
        return null;
    }

    private (Operand Left, Operand Right)? NumbersAround(Token sign, Node left, Node? right)
    {
        if (right is null) return null;
        return NumberOf(left, sign) is { } one && NumberOf(right, sign) is { } other && AreNumbers(one, other) ? (one, other) : null;
    }

    private Operand? NumberOf(Node read, Token at) =>
        read.Value is { } value
            ? IsNumber(value) ? value : null
            : Fail<Operand>(at, "Only numbers can be reckoned with, and what is beside this is true or false.", kind: ConditionMistakeKind.Unit);

    private bool AreNumbers(Operand left, Operand right) => IsNumber(left) && IsNumber(right);

    private bool IsNumber(Operand value)
    {
        if (value.Unit is not (SignalUnit.Flag or SignalUnit.Text)) return true;
        FailAt<Operand>(value.Column, $"{value.Shown} is {UnitText.Describe(value.Unit)}: it cannot be reckoned with.", ConditionMistakeKind.Unit);
        return false;
    }

    /// <returns>The unit that both have; null when there is none. A share is a plain number too.</returns>
    private static SignalUnit? Common(Operand left, Operand right) =>
        left.Unit == right.Unit ? left.Unit : IsPlain(left.Unit) && IsPlain(right.Unit) ? SignalUnit.None : null;

    private static bool IsPlain(SignalUnit unit) => unit is SignalUnit.None or SignalUnit.Ratio or SignalUnit.Any;

    private Node? Multiplied(Operand left, Operand right)
    {
        if (IsPlain(left.Unit) || IsPlain(right.Unit))
            return Worked(left, ArithmeticOperator.Multiply, right, Common(left, right) ?? (IsPlain(left.Unit) ? right.Unit : left.Unit));
        return FailAt<Node>(right.Column, $"{left.Shown} is {UnitText.Describe(left.Unit)} and {right.Shown} is {UnitText.Describe(right.Unit)}: one of two factors has to be a plain number or a share.", ConditionMistakeKind.Unit);
    }

    private Node? Divided(Operand left, Operand right)
    {
        if (IsPlain(right.Unit)) return Worked(left, ArithmeticOperator.Divide, right, left.Unit);
        if (left.Unit == right.Unit) return Worked(left, ArithmeticOperator.Divide, right, SignalUnit.None);
        return FailAt<Node>(right.Column, $"{left.Shown} is {UnitText.Describe(left.Unit)} and {right.Shown} is {UnitText.Describe(right.Unit)}: divide by a plain number, a share, or a value of the same unit.", ConditionMistakeKind.Unit);
    }

    private Node Worked(Operand left, ArithmeticOperator by, Operand right, SignalUnit unit) =>
        new(null, new Operand(new Term.Operation(left.Term, by, right.Term), unit, left.Column, Since(left.Column)));

    private Expression? FailMixed(Operand left, Operand right, string rule)
    {
        foreach (var (value, number) in ((Operand, Operand)[])[(left, right), (right, left)])
        {
            if (number.Digits is not { } digits || IsPlain(value.Unit)) continue;
            var meant = UnitText.WithUnit(digits, value.Unit, value.IsAge);
            return FailAt<Expression>(number.Column, $"{value.Shown} is {UnitText.Describe(value.Unit)}, so {digits} needs a unit: {meant}?", ConditionMistakeKind.Unit, meant);
        }
        return FailAt<Expression>(right.Column, $"{left.Shown} is {UnitText.Describe(left.Unit)} and {right.Shown} is {UnitText.Describe(right.Unit)}: {rule}.", ConditionMistakeKind.Unit);
    }

    /// <summary>The text from there to what was read last, as messages show it.</summary>
    private string Since(int column)
    {
        var shown = text[(column - 1)..scanner.Position].Trim();
        return shown.Length <= 60 ? shown : string.Concat(shown.AsSpan(0, 59), "…");
    }

    private T? FailAt<T>(int column, string message, ConditionMistakeKind kind, string? suggestion = null) where T : class
    {
        Mistake ??= new ConditionMistake(kind, column, message, suggestion);
        return null;
    }
}
