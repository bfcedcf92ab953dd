using System.Collections.Immutable;
using System.Text;
using System.Text.RegularExpressions;

namespace Nines.Core;

/// <summary>
/// Takes credentials out of text before it goes to a fact, a log or a screen: the secrets it was given, and what looks like
/// one in a URL (user info, keys in the query or the path) or a header. Pure; applying it twice changes nothing more.
/// </summary>
public sealed partial class Redaction
{
    public const string Mark = "<secret>";

    /// <summary>Shorter secrets are not searched for: they would blank out ordinary words.</summary>
    public const int ShortestSecret = 4;

    /// <summary>Knows no secret; finds what looks like one.</summary>
    public static readonly Redaction ByShape = new([]);

    private readonly ImmutableArray<string> secrets;

    /// <param name="secrets">Texts that must not come out. Those shorter than <see cref="ShortestSecret"/>, or part of the mark itself, are left alone.</param>
    public Redaction(IEnumerable<string> secrets)
    {
        this.secrets =
        [
            .. secrets
                .SelectMany(secret => new[] { secret, Uri.EscapeDataString(secret) })
                .Where(secret => secret.Length >= ShortestSecret && !Mark.Contains(secret, StringComparison.Ordinal))
                .Distinct(StringComparer.Ordinal)
        ];
    }

    /// <summary>Knows the credentials inside the URL (so that they are found without the URL around them too) and the others given.</summary>
    public static Redaction For(Uri url, IEnumerable<string> others) => new(CredentialsIn(url).Concat(others));

    /// <returns>The text without its secrets.</returns>
    public string Apply(string text)
    {
        // Blanking a secret can join its neighbours into another one; each round uses up text, so this ends.
        while (true)
        {
            var next = ApplyShapes(BlankKnown(text));
            if (next == text) return text;
            text = next;
        }
    }

    private string BlankKnown(string text)
    {
        var covered = default(bool[]);
        foreach (var secret in secrets)
            for (var at = text.IndexOf(secret, StringComparison.Ordinal); at >= 0; at = text.IndexOf(secret, at + 1, StringComparison.Ordinal))
                (covered ??= new bool[text.Length]).AsSpan(at, secret.Length).Fill(true);
        if (covered is null) return text;

        var result = new StringBuilder(text.Length);
        for (var i = 0; i < text.Length; i++)
        {
            if (!covered[i]) result.Append(text[i]);
            else if (i == 0 || !covered[i - 1]) result.Append(Mark);
        }
        return result.ToString();
    }

    private static string ApplyShapes(string text)
    {
        // Most texts have none of its words, and to look for words costs a fraction of what the expression does.
        if (MayHoldHeader(text)) text = HeaderSecret().Replace(text, match => $"{match.Groups[1].Value}{match.Groups[2].Value}{Mark}");
        return text.Contains("://", StringComparison.Ordinal) ? Url().Replace(text, match => RedactUrl(match.Value)) : text;
    }

    private static bool MayHoldHeader(string text) =>
        text.Contains("auth", StringComparison.OrdinalIgnoreCase) || text.Contains("api", StringComparison.OrdinalIgnoreCase) || text.Contains("cookie", StringComparison.OrdinalIgnoreCase);

    private static string RedactUrl(string url)
    {
        if (url.Contains('@', StringComparison.Ordinal)) url = UserInfo().Replace(url, $"://{Mark}@");
        var start = url.IndexOf("://", StringComparison.Ordinal) + 3;
        var pathAt = url.IndexOfAny(['/', '?', '#'], start);
        if (pathAt < 0) return url;
        var queryAt = url.IndexOfAny(['?', '#'], pathAt);
        var path = queryAt < 0 ? url[pathAt..] : url[pathAt..queryAt];
        var query = queryAt < 0 ? "" : url[queryAt..];
        return url[..pathAt] + RedactPath(path) + QueryValue().Replace(query, RedactQueryValue);
    }

    private static string RedactPath(string path)
    {
        var segments = path.Split('/');
        for (var i = 0; i < segments.Length; i++)
            if (IsKeySegment(segments[i], i > 0 ? segments[i - 1] : ""))
                segments[i] = Mark;
        return string.Join('/', segments);
    }

    private static string RedactQueryValue(Match match)
    {
        var (name, value) = (match.Groups[2].Value, match.Groups[3].Value);
        return value.Length > 0 && (SecretName().IsMatch(name) || LooksLikeKey(value)) ? $"{match.Groups[1].Value}{name}={Mark}" : match.Value;
    }

    // Providers put the key after the version: /v3/<32 hex> (Infura), /v2/<32 characters> (Alchemy).
    private static bool IsKeySegment(string segment, string before) =>
        LooksLikeKey(segment) || (segment.Length >= 16 && before is "v1" or "v2" or "v3" && KeyAlphabet().IsMatch(segment) && segment != Mark);

    /// <summary>20 or more characters of a key's alphabet, with a digit or mixed case. A contract's address is public and is left readable.</summary>
    private static bool LooksLikeKey(string text) =>
        text.Length >= 20
        && KeyAlphabet().IsMatch(text)
        && (text.AsSpan().ContainsAnyInRange('0', '9') || (text.AsSpan().ContainsAnyInRange('a', 'z') && text.AsSpan().ContainsAnyInRange('A', 'Z')))
        && !Address().IsMatch(text);

    /// <summary>User info, and keys in the path and the query; as written and as meant.</summary>
    public static IEnumerable<string> CredentialsIn(Uri url)
    {
        if (!url.IsAbsoluteUri) yield break;
        if (url.UserInfo.Length > 0)
        {
            yield return url.UserInfo;
            if (url.UserInfo.Split(':', 2) is [_, var password])
            {
                yield return password;
                yield return Uri.UnescapeDataString(password);
            }
        }
        var segments = url.AbsolutePath.Split('/');
        for (var i = 1; i < segments.Length; i++)
            if (IsKeySegment(segments[i], segments[i - 1]))
                yield return segments[i];
        foreach (Match match in QueryValue().Matches(url.Query + url.Fragment))
            if (SecretName().IsMatch(match.Groups[2].Value) || LooksLikeKey(match.Groups[3].Value))
            {
                yield return match.Groups[3].Value;
                yield return Uri.UnescapeDataString(match.Groups[3].Value);
            }
    }

    private const RegexOptions Linear = RegexOptions.NonBacktracking | RegexOptions.CultureInvariant;

    [GeneratedRegex(@"[A-Za-z][A-Za-z0-9+.\-]*://\S+", Linear)]
    private static partial Regex Url();

    [GeneratedRegex(@"://[^/\s?#]+@", Linear)]
    private static partial Regex UserInfo();

    [GeneratedRegex(@"([?&#;])([^=&#;]*)=([^&#;]*)", Linear)]
    private static partial Regex QueryValue();

    [GeneratedRegex(@"key|token|secret|passw|pwd|auth|sig|credential|session|jwt|access|\Acode\z|\Ap\z", Linear | RegexOptions.IgnoreCase)]
    private static partial Regex SecretName();

    [GeneratedRegex(@"\A[A-Za-z0-9_\-.~%+=]+\z", Linear)]
    private static partial Regex KeyAlphabet();

    [GeneratedRegex(@"\A0x[0-9a-fA-F]{40}\z", Linear)]
    private static partial Regex Address();

    // A header's value goes to the end of its line; an assignment's to where the next one could begin.
    [GeneratedRegex(@"((?:authorization|api[-_]?key|cookie|auth[-_]token)""?\s*:\s*)[^\r\n]+|((?:authorization|api[-_]?key|cookie|auth[-_]token)\s*=\s*)[^\s&;#]+", Linear | RegexOptions.IgnoreCase)]
    private static partial Regex HeaderSecret();
}
