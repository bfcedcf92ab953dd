using System.Text;

namespace Nines.Core.Conditions;

internal enum TokenKind
{
    Word,
    Number,
    Text,
    Symbol,
    /// <summary>A quote that is never closed.</summary>
    Unclosed,
    /// <summary>A character that the grammar does not know.</summary>
    Strange,
    End,
}

/// <param name="Column">The first character of the text being 1.</param>
/// <param name="Value">The word, the digits, the text without quotes and escapes, or the symbol.</param>
internal readonly record struct Token(TokenKind Kind, int Column, string Value)
{
    public bool Is(string symbolOrWord) => Kind is TokenKind.Word or TokenKind.Symbol && Value == symbolOrWord;

    /// <summary>As a message names it.</summary>
    public string Shown => Kind switch
    {
        TokenKind.End => "the end",
        TokenKind.Text => $"the text \"{Value}\"",
        TokenKind.Unclosed => "a quote that is never closed",
        TokenKind.Word or TokenKind.Number or TokenKind.Symbol or TokenKind.Strange => $"'{Value}'",
    };
}

/// <summary>Cuts a condition's text into tokens, on demand: what an argument in brackets is depends on what stands before it.</summary>
internal sealed class ConditionScanner(string text)
{
    private static readonly string[] Symbols = ["<=", ">=", "==", "!=", "<>", "&&", "||", "<", ">", "=", "!", "(", ")", "%", ",", "+", "*", "/"];

    private int position;
    private Token? peeked;
    private int afterPeeked;

    public Token Peek()
    {
        if (peeked is { } token) return token;
        var start = position;
        token = Scan();
        (peeked, afterPeeked, position) = (token, position, start);
        return token;
    }

    public Token Next()
    {
        var token = Peek();
        (peeked, position) = (null, afterPeeked);
        return token;
    }

    /// <summary>Behind what was taken last, in characters from the start.</summary>
    public int Position => position;

    /// <summary>The symbol, if it comes next.</summary>
    public Token? Take(string symbol) => Peek().Is(symbol) ? Next() : null;

    /// <summary>A minus where an operator may stand: there <c>a -1</c> takes away, though elsewhere -1 is a number.</summary>
    public Token? TakeMinus()
    {
        var from = position;
        peeked = null;
        SkipSpace();
        if (position < text.Length && text[position] == '-') return new Token(TokenKind.Symbol, ++position, "-");
        position = from;
        return null;
    }

    /// <summary>True when the number that comes next, with its unit, is only the first part of a sum or product. Takes nothing.</summary>
    public bool IsArithmeticAfterNumber(Func<string, bool> isReserved)
    {
        var from = position;
        Next();
        Unit(isReserved);
        while (AdjacentNumber() is not null) Unit(isReserved, adjacent: true);
        SkipSpace();
        var arithmetic = position < text.Length && text[position] is '+' or '-' or '*' or '/';
        (peeked, position) = (null, from);
        return arithmetic;
    }

    /// <summary>The letters of a unit right here or after spaces, unless they are one of the grammar's own words; empty when there are none.</summary>
    /// <param name="adjacent">Only without a space between, as in 1m30s.</param>
    public Token Unit(Func<string, bool> isReserved, bool adjacent = false)
    {
        peeked = null;
        var start = position;
        if (!adjacent) SkipSpace();
        var from = position;
        if (from < text.Length && text[from] == '%') position++;
        else
            while (position < text.Length && (char.IsAsciiLetter(text[position]) || text[position] is 'µ' or 'μ')) position++;
        var unit = text[from..position];
        if (unit.Length == 0 || isReserved(unit)) (position, unit) = (start, "");
        return new Token(TokenKind.Word, from + 1, unit);
    }

    /// <summary>Digits right here, without a space: the next part of 1m30s.</summary>
    public Token? AdjacentNumber()
    {
        peeked = null;
        return position < text.Length && char.IsAsciiDigit(text[position]) ? ScanNumber() : null;
    }

    /// <summary>A JSON path up to the closing bracket, which is left: $.a.b[0]["c d"]. Quoted parts may hold brackets.</summary>
    public Token Path()
    {
        peeked = null;
        SkipSpace();
        var from = position;
        var quote = '\0';
        for (; position < text.Length; position++)
        {
            var c = text[position];
            if (quote != '\0')
            {
                if (c == quote) quote = '\0';
            }
            else if (c is '"' or '\'') quote = c;
            else if (c is ')') break;
        }
        return new Token(TokenKind.Word, from + 1, text[from..position].TrimEnd());
    }

    public bool StartsPath()
    {
        peeked = null;
        SkipSpace();
        return position < text.Length && text[position] == '$';
    }

    private void SkipSpace()
    {
        while (position < text.Length && char.IsWhiteSpace(text[position])) position++;
    }

    private Token Scan()
    {
        SkipSpace();
        var from = position;
        if (from >= text.Length) return new Token(TokenKind.End, text.Length + 1, "");
        var c = text[from];
        if (char.IsAsciiLetter(c) || c == '_')
        {
            while (position < text.Length && (char.IsAsciiLetterOrDigit(text[position]) || text[position] == '_')) position++;
            return new Token(TokenKind.Word, from + 1, text[from..position]);
        }
        if (char.IsAsciiDigit(c) || c == '-' && from + 1 < text.Length && char.IsAsciiDigit(text[from + 1])) return ScanNumber();
        if (c == '"') return ScanText();
        foreach (var symbol in Symbols)
        {
            if (!text.AsSpan(from).StartsWith(symbol, StringComparison.Ordinal)) continue;
            position += symbol.Length;
            return new Token(TokenKind.Symbol, from + 1, symbol);
        }
        position++;
        return new Token(TokenKind.Strange, from + 1, c.ToString());
    }

    private Token ScanNumber()
    {
        var from = position;
        if (text[position] == '-') position++;
        SkipDigits();
        if (position + 1 < text.Length && text[position] == '.' && char.IsAsciiDigit(text[position + 1]))
        {
            position++;
            SkipDigits();
        }
        if (position < text.Length && text[position] is 'e' or 'E')
        {
            var digits = position + 1;
            if (digits < text.Length && text[digits] is '+' or '-') digits++;
            if (digits < text.Length && char.IsAsciiDigit(text[digits]))
            {
                position = digits;
                SkipDigits();
            }
        }
        return new Token(TokenKind.Number, from + 1, text[from..position]);
    }

    private void SkipDigits()
    {
        while (position < text.Length && char.IsAsciiDigit(text[position])) position++;
    }

    /// <summary>Only \" and \\ are escapes: a pattern's \d stays what it is.</summary>
    private Token ScanText()
    {
        var from = position++;
        var value = new StringBuilder();
        while (position < text.Length)
        {
            var c = text[position++];
            if (c == '"') return new Token(TokenKind.Text, from + 1, value.ToString());
            if (c == '\\' && position < text.Length && text[position] is '"' or '\\') c = text[position++];
            value.Append(c);
        }
        return new Token(TokenKind.Unclosed, from + 1, value.ToString());
    }
}
