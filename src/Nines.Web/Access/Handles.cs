using Nines.Core;

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

    /// <summary>Of a text that others see: a line within its length, by the rule of <see cref="WrittenText"/>.</summary>
    /// <returns>Null for an empty one.</returns>
    /// <exception cref="AccessException">It cannot be kept.</exception>
    public static string? CheckText(string? text, string what, int longest)
    {
        if (string.IsNullOrWhiteSpace(text)) return null;
        text = WrittenText.Tidied(text).Trim();
        if (text.Length > longest) throw new AccessException(AccessErrors.BadValue, $"{what} is longer than {longest} characters.");
        if (WrittenText.ProblemOf(text, lines: false) is { } problem) throw new AccessException(AccessErrors.BadValue, $"{what} cannot be kept: {problem}.");
        return text;
    }

    private static bool IsLetterOrDigit(char letter) => letter is >= 'a' and <= 'z' or >= '0' and <= '9';
}
