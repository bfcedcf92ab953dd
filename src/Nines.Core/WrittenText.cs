using System.Globalization;
using System.Text;

namespace Nines.Core;

/// <summary>
/// What people write and others read: notes, reasons, posts, names, configs. Nothing in it may turn text around or go unseen, for then a reader takes it for
/// something else than it is (Trojan Source, CVE-2021-42574). The one rule for API, forms, verbs and config; whoever writes is told, and nothing is
/// taken out behind his back. What is on record from before is shown without. Pure.
/// </summary>
public static class WrittenText
{
    /// <summary>What tools write instead of a newline or a space means the same: all line ends become \n, a tab becomes a space.</summary>
    public static string Tidied(string text) => text.ReplaceLineEndings("\n").Replace('\t', ' ');

    /// <param name="text">As <see cref="Tidied"/> gives it.</param>
    /// <param name="lines">Whether it may have several.</param>
    /// <returns>Which character is not to be there, and why, without a full stop; null when all may.</returns>
    public static string? ProblemOf(string text, bool lines = true) => Find(text, lines)?.Problem;

    /// <returns>With the number of the character, the first being 1.</returns>
    /// <inheritdoc cref="ProblemOf"/>
    public static (int Number, string Problem)? Find(string text, bool lines = true)
    {
        var number = 0;
        foreach (var rune in text.EnumerateRunes())
        {
            number++;
            if (IsShown(rune, lines)) continue;
            var why = rune.Value switch
            {
                '\n' => "begins a new line, and there is to be one",
                0xFFFD => "is half a character",
                _ when TurnsAround(rune.Value) => "turns the text around it",
                _ => "nobody sees",
            };
            return (number, rune.Value is '\n' or 0xFFFD
                ? string.Create(CultureInfo.InvariantCulture, $"character {number} {why}")
                : string.Create(CultureInfo.InvariantCulture, $"character {number} is U+{rune.Value:X4}, which {why}"));
        }
        return null;
    }

    /// <summary>Without what <see cref="ProblemOf"/> would complain of: for what was put on record before there was a rule, or comes from elsewhere.</summary>
    /// <param name="lines">Whether it may have several; in one, they are parted by spaces.</param>
    public static string Shown(string text, bool lines = true)
    {
        if (ProblemOf(text, lines) is null) return text;
        var shown = new StringBuilder(text.Length);
        foreach (var rune in Tidied(text).EnumerateRunes())
            if (IsShown(rune, lines)) shown.Append(rune.ToString());
            else if (rune.Value == '\n') shown.Append(' ');
        return shown.ToString();
    }

    /// <summary>
    /// Format characters are not shown, but for the joiners that Persian, Indic scripts and emoji are written with, and the few that are drawn (Prepended_Concatenation_Mark).
    /// Half a surrogate pair comes as U+FFFD.
    /// </summary>
    private static bool IsShown(Rune rune, bool lines) => rune.Value switch
    {
        '\n' => lines,
        0x200C or 0x200D or (>= 0x0600 and <= 0x0605) or 0x06DD or 0x070F or 0x0890 or 0x0891 or 0x08E2 or 0x110BD or 0x110CD => true,
        0xFFFD => false,
        _ => Rune.GetUnicodeCategory(rune) is not (UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator),
    };

    /// <summary>Bidi_Control of Unicode.</summary>
    private static bool TurnsAround(int value) => value is 0x061C or 0x200E or 0x200F or (>= 0x202A and <= 0x202E) or (>= 0x2066 and <= 0x2069);
}
