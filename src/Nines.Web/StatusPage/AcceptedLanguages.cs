using System.Collections.Immutable;
using System.Globalization;
using Microsoft.Extensions.Primitives;
using Nines.Response.StatusPage;

namespace Nines.Web.StatusPage;

/// <summary>Chooses a language of the page by Accept-Language (RFC 9110, section 12.5.4), as RFC 4647's lookup does: <c>de-CH</c> is served with <c>de</c>.</summary>
internal static class AcceptedLanguages
{
    /// <returns>The first where none of them is asked for.</returns>
    public static PageLanguage Choose(StringValues accepted, ImmutableArray<PageLanguage> offered)
    {
        var (best, most) = (offered[0], 0m);
        foreach (var line in accepted)
        {
            var rest = line.AsSpan();
            foreach (var range in rest.Split(','))
            {
                var one = rest[range].Trim();
                var semicolon = one.IndexOf(';');
                var tag = semicolon < 0 ? one : one[..semicolon].TrimEnd();
                var weight = semicolon < 0 ? 1 : WeightOf(one[(semicolon + 1)..].Trim());
                if (weight <= most) continue;
                foreach (var language in offered)
                {
                    if (!IsFor(tag, language.Tag)) continue;
                    (best, most) = (language, weight);
                    break;
                }
            }
        }
        return best;
    }

    private static bool IsFor(ReadOnlySpan<char> asked, string offered) =>
        asked is "*" || asked.Equals(offered, StringComparison.OrdinalIgnoreCase)
        || (asked.Length > offered.Length && asked[offered.Length] == '-' && asked.StartsWith(offered, StringComparison.OrdinalIgnoreCase));

    /// <summary>0 to 1; what is no weight counts for nothing.</summary>
    private static decimal WeightOf(ReadOnlySpan<char> text) =>
        text.StartsWith("q=", StringComparison.OrdinalIgnoreCase) && decimal.TryParse(text[2..], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var weight) && weight <= 1 ? weight : 0;
}
