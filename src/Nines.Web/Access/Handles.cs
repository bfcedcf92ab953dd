using System.Globalization;

namespace Nines.Web.Access;

/// <summary>Names that people choose, and that stay on record for ever: 1 to 32 of a-z, 0-9, -, _ and ., starting with a letter or digit.</summary>
public static class Handles
{
    public const int Longest = 32;

    public static bool IsValid(string? handle) =>
        handle is { Length: >= 1 and <= Longest } && IsLetterOrDigit(handle[0]) && handle.All(letter => IsLetterOrDigit(letter) || letter is '-' or '_' or '.');

    /// <exception cref="AccessException">It is none.</exception>
    public static void Check(string? handle)
    {
        if (!IsValid(handle))
            throw new AccessException(AccessErrors.BadValue, "a handle is 1 to 32 of a-z, 0-9, -, _ and ., starting with a letter or digit. It stays on record for ever: choose one that may.");
    }

    /// <summary>Of a text that others see: within its length, and nothing that moves a cursor or turns text around.</summary>
    /// <returns>Null for an empty one.</returns>
    /// <exception cref="AccessException">It cannot be kept.</exception>
    public static string? CheckText(string? text, string what, int longest)
    {
        if (string.IsNullOrWhiteSpace(text)) return null;
        text = text.Trim();
        if (text.Length > longest) throw new AccessException(AccessErrors.BadValue, $"{what} is longer than {longest} characters.");
        foreach (var rune in text.EnumerateRunes())
            if (System.Text.Rune.GetUnicodeCategory(rune) is UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator or UnicodeCategory.Surrogate)
                throw new AccessException(AccessErrors.BadValue, $"{what} holds a character that cannot be shown.");
        return text;
    }

    private static bool IsLetterOrDigit(char letter) => letter is >= 'a' and <= 'z' or >= '0' and <= '9';
}
