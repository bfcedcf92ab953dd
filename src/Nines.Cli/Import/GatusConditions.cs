using System.Globalization;
using System.Text.RegularExpressions;

namespace Nines.Cli.Import;

/// <summary>Gatus's conditions in Nines's grammar.</summary>
/// <remarks>Gatus knows healthy and not: a wrong answer becomes <c>else down</c>, a slow one and a certificate that ends soon <c>else degraded</c>.</remarks>
internal static partial class GatusConditions
{
    /// <summary>What became of one condition.</summary>
    /// <param name="Text">The condition; null when there is none to write.</param>
    /// <param name="Why">Why there is none; null when it is implied by every answer.</param>
    public readonly record struct Reading(string? Text, string? Why);

    /// <summary>The signal that holds what a name resolves to.</summary>
    public const string Records = "records";

    /// <param name="text">As the document has it: <c>[BODY].status == UP</c>.</param>
    /// <param name="body">The signal that holds the body's text: body for HTTP, answer for TCP, message for WebSocket, records for DNS.</param>
    public static Reading Read(string text, string body)
    {
        var match = Form().Match(text.Trim());
        if (!match.Success) return new(null, "This is not a condition of the form LEFT COMPARISON RIGHT.");
        var (left, comparison, right) = (match.Groups[1].Value.Trim(), match.Groups[2].Value, match.Groups[3].Value.Trim());
        return left switch
        {
            "[CONNECTED]" when right == "true" && comparison == "==" => new(null, null),
            "[STATUS]" => Joined(right, comparison, value => IsNumber(value) ? $"status {comparison} {value}" : null, "down"),
            "[RESPONSE_TIME]" => IsNumber(right) ? new($"round_trip {comparison} {right}ms else degraded", null) : new(null, "The time is not a number of milliseconds."),
            "[CERTIFICATE_EXPIRATION]" => GoDuration.Seconds(right) is { } seconds ? new($"cert_expires_in {comparison} {GoDuration.Text(seconds)} else degraded", null) : new(null, "The time is not a duration."),
            "[BODY]" => Joined(right, comparison, value => Body(value, comparison, body), "down"),
            _ when left.StartsWith("[BODY].", StringComparison.Ordinal) || left.StartsWith("[BODY][", StringComparison.Ordinal) =>
                JsonPath().IsMatch(left[6..]) ? Joined(right, comparison, value => Json("$" + left[6..], comparison, value), "down") : new(null, "This path into the body cannot be written in Nines."),
            "[CONNECTED]" => new(null, "Nines calls a target that cannot be connected to down, never up."),
            "[IP]" => new(null, "Nines has no condition on the address that a name resolves to here; a dns probe has."),
            "[DNS_RCODE]" => Joined(right, comparison, value => $"rcode {comparison} {Probes.InCondition(value)}", "down"),
            "[DOMAIN_EXPIRATION]" => new(null, "Nines does not ask for the expiry of domains."),
            _ when left.StartsWith("len(", StringComparison.Ordinal) => new(null, "Nines has no condition on lengths."),
            _ when left.StartsWith("has(", StringComparison.Ordinal) => new(null, "Nines cannot ask whether a path exists; a condition on a missing value is broken."),
            _ => new(null, $"Nines has no signal for {left}."),
        };
    }

    private static Reading Joined(string right, string comparison, Func<string, string?> one, string otherwise)
    {
        var any = AnyOf().Match(right);
        var values = any.Success ? any.Groups[1].Value.Split(',', StringSplitOptions.TrimEntries) : [right];
        if (any.Success && comparison is not ("==" or "!=")) return new(null, "any(…) goes with == and != only.");
        var parts = values.Select(one).ToList();
        if (parts.Contains(null)) return new(null, "This cannot be written as a condition of Nines.");
        return new($"{string.Join(comparison == "!=" ? " and " : " or ", parts)} else {otherwise}", null);
    }

    private static string? Body(string value, string comparison, string body)
    {
        if (comparison is not ("==" or "!=")) return null;
        if (body == Records) return PatternOf(value) is null ? $"{Records} {comparison} {Probes.InCondition(value)}" : null;
        var not = comparison == "!=" ? "not " : "";
        if (PatternOf(value) is not { } pattern) return $"{not}{body} matches {Probes.PatternInCondition($"\\A{Regex.Escape(value)}\\s*\\z")}";
        return pattern is ['*', .. var inner, '*'] && !inner.Contains('*', StringComparison.Ordinal) && inner.Length > 0
            ? $"{not}{body} contains {Probes.InCondition(inner)}"
            : $"{not}{body} matches {Probes.PatternInCondition($"\\A{string.Join("[\\s\\S]*", pattern.Split('*').Select(Regex.Escape))}\\z")}";
    }

    private static string? Json(string path, string comparison, string value)
    {
        if (PatternOf(value) is not null) return null;
        if (IsNumber(value) || value is "true" or "false") return $"json({path}) {comparison} {value}";
        return comparison is "==" or "!=" ? $"json({path}) {comparison} {Probes.InCondition(value)}" : null;
    }

    private static string? PatternOf(string value) => value.StartsWith("pat(", StringComparison.Ordinal) && value.EndsWith(')') ? value[4..^1] : null;

    private static bool IsNumber(string text) => decimal.TryParse(text, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out _);

    [GeneratedRegex(@"\A(.+?)\s*(==|!=|<=|>=|<|>)\s*(.*)\z", RegexOptions.Singleline | RegexOptions.CultureInvariant)]
    private static partial Regex Form();

    [GeneratedRegex(@"\Aany\((.*)\)\z", RegexOptions.Singleline | RegexOptions.CultureInvariant)]
    private static partial Regex AnyOf();

    [GeneratedRegex(@"\A(\.[A-Za-z_][A-Za-z0-9_]*|\[[0-9]+\])+\z", RegexOptions.CultureInvariant)]
    private static partial Regex JsonPath();
}
