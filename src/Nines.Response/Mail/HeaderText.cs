using System.Text;
using Nines.Core;

namespace Nines.Response.Mail;

/// <summary>Header fields as lines of RFC 5322: folded, and in encoded words (RFC 2047) where they are not plain ASCII.</summary>
internal static class HeaderText
{
    private const int FoldAt = 76;
    private const int WordOctets = 42; // 56 in base64; with its twelve octets around, a word stays below the 75 of RFC 2047 §2

    /// <summary>A field whose value is free text, such as a subject.</summary>
    public static string Unstructured(string name, string value)
    {
        Require(name, value);
        return IsPlain(value) && FitsFolded(name, value) ? Folded(name, value.Split(' ')) : Folded(name, EncodedWords(value));
    }

    /// <summary>A field with an address.</summary>
    public static string Address(string name, MailAddress address)
    {
        if (address.Name is not { } shown) return Folded(name, [address.Mailbox]);
        Require(name, shown);
        var phrase = shown.Length <= 60 && shown.All(c => char.IsAsciiLetterOrDigit(c) || c is ' ' or '-' or '_') && !shown.Contains("  ", StringComparison.Ordinal)
            ? [.. shown.Split(' ')]
            : EncodedWords(shown);
        return Folded(name, [.. phrase, $"<{address.Mailbox}>"]);
    }

    /// <summary>A field whose value is written as it is: an identifier, a date, a URL in ASCII.</summary>
    /// <exception cref="ArgumentException">It has other characters, or does not fit on a line of 998.</exception>
    public static string Exact(string name, string value)
    {
        if (value.Any(c => c is < ' ' or > '~') || name.Length + 2 + value.Length > 998) throw new ArgumentException($"The value of {name} is not a line of ASCII.", nameof(value));
        return $"{name}: {value}\r\n";
    }

    private static void Require(string name, string value)
    {
        if (WrittenText.ProblemOf(value, lines: false) is { } problem) throw new ArgumentException($"{name}: {problem}.", nameof(value));
    }

    private static bool IsPlain(string value) => value.All(c => c is >= ' ' and <= '~') && !value.Contains("=?", StringComparison.Ordinal);

    /// <summary>Folding must not make a line of blanks alone, and readers may drop blanks at either end: then it is encoded.</summary>
    private static bool FitsFolded(string name, string value) =>
        value.Length > 0 && value[0] != ' ' && value[^1] != ' ' && !value.Contains("  ", StringComparison.Ordinal) && value.Split(' ').All(word => word.Length + name.Length < FoldAt - 3);

    private static string Folded(string name, IEnumerable<string> words)
    {
        var text = new StringBuilder(name).Append(':');
        var column = text.Length;
        var first = true;
        foreach (var word in words)
        {
            if (!first && column + 1 + word.Length > FoldAt)
            {
                text.Append("\r\n");
                column = 0;
            }
            text.Append(' ').Append(word);
            column += 1 + word.Length;
            first = false;
        }
        return text.Append("\r\n").ToString();
    }

    /// <summary>Cut between characters, never inside one (RFC 2047 §5).</summary>
    private static List<string> EncodedWords(string value)
    {
        var (words, piece, used) = (new List<string>(), new StringBuilder(), 0);
        void Close()
        {
            if (piece.Length > 0 || words.Count == 0) words.Add($"=?utf-8?B?{Convert.ToBase64String(Encoding.UTF8.GetBytes(piece.ToString()))}?=");
            piece.Clear();
            used = 0;
        }
        foreach (var rune in value.EnumerateRunes())
        {
            if (used + rune.Utf8SequenceLength > WordOctets) Close();
            piece.Append(rune.ToString());
            used += rune.Utf8SequenceLength;
        }
        Close();
        return words;
    }
}
