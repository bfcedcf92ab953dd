using System.Globalization;
using Nines.Core;

namespace Nines.Web.Api;

/// <summary>Texts that people write and that are kept.</summary>
internal static class Text
{
    /// <returns>Without white space around it.</returns>
    /// <exception cref="ApiProblem">It is empty, longer than <paramref name="most"/> characters, or something in it cannot be seen.</exception>
    public static string Of(string name, string? text, int most)
    {
        var trimmed = WrittenText.Tidied(text ?? "").Trim();
        if (trimmed.Length > 0 && trimmed.Length <= most)
        {
            if (WrittenText.ProblemOf(trimmed) is not { } problem) return trimmed;
            throw ApiProblem.Hidden($"{name}: {problem}.", new ApiProblem.Mistake("body", name, problem));
        }
        var what = trimmed.Length == 0 ? "is empty" : string.Create(CultureInfo.InvariantCulture, $"has {trimmed.Length:N0} characters; at most {most:N0} are kept");
        throw new ApiProblem(422, "NIN4021", "A text cannot be kept", $"{name} {what}.", trimmed.Length == 0 ? "Write something." : "Make it shorter.")
        {
            Mistakes = [new ApiProblem.Mistake("body", name, what)],
        };
    }
}
