using System.Globalization;
using System.Text;
using Nines.Probing;

namespace Nines.Cli.Import;

/// <summary>Makes probes out of what the other tools say of a target. What this build has no probe type for becomes none, and says so.</summary>
internal sealed class Probes(IReadOnlyList<ProbeType> types)
{
    /// <summary>What a probe of a type that this build lacks is left out with; null where it has it.</summary>
    public string? Lacks(string type) => types.Any(known => known.Key == type) ? null : $"This version of Nines has no {type} probe.";

    /// <summary>A text as YAML that means just that, also where it holds what looks like a variable.</summary>
    public static string Quoted(string text) => QuotedWithVariables(text.Replace("${", "$${", StringComparison.Ordinal));

    /// <summary>The same, variables kept: for documents in which they mean what they mean in a config.</summary>
    public static string QuotedWithVariables(string text)
    {
        var quoted = new StringBuilder("\"");
        foreach (var c in text)
            _ = c switch
            {
                '"' => quoted.Append("\\\""),
                '\\' => quoted.Append(@"\\"),
                '\n' => quoted.Append(@"\n"),
                '\r' => quoted.Append(@"\r"),
                '\t' => quoted.Append(@"\t"),
                _ when char.IsControl(c) || c is '\u2028' or '\u2029' or '\ufeff' => quoted.Append(CultureInfo.InvariantCulture, $"\\u{(int)c:x4}"),
                _ => quoted.Append(c),
            };
        return quoted.Append('"').ToString();
    }

    public static string List(IEnumerable<string> texts) => $"[{string.Join(", ", texts.Select(Quoted))}]";

    /// <summary>A text inside a condition.</summary>
    public static string InCondition(string text) => $"\"{text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)}\"";

    /// <summary>A pattern inside a condition: there a backslash stays one unless it escapes a quote or itself.</summary>
    public static string PatternInCondition(string pattern) => $"\"{pattern.Replace("\\\\", "\\\\\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)}\"";

    /// <summary>Headers in the flow form of YAML.</summary>
    public static string Headers(IEnumerable<(string Name, string Value)> headers, Func<string, string> quote) =>
        $"{{{string.Join(", ", headers.DistinctBy(header => header.Name, StringComparer.OrdinalIgnoreCase).Select(header => $"{Quoted(header.Name)}: {quote(header.Value)}"))}}}";

    public static (string, string) BasicAuthorization(string user, string password) =>
        ("authorization", "Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes($"{user}:{password}")));

    /// <summary>Status codes and ranges such as <c>200-299</c> as a condition; null when there is none to make.</summary>
    public static string? Status(IEnumerable<string> codes)
    {
        var alternatives = new List<string>();
        foreach (var code in codes)
        {
            var ends = code.Split('-', 2, StringSplitOptions.TrimEntries);
            if (!Array.TrueForAll(ends, end => int.TryParse(end, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number is >= 100 and <= 999)) return null;
            alternatives.Add(ends is [var least, var most] ? $"status >= {least} and status <= {most}" : $"status == {ends[0]}");
        }
        return alternatives.Count switch
        {
            0 => null,
            1 => alternatives[0],
            _ => string.Join(" or ", alternatives.Select(alternative => alternative.Contains(" and ", StringComparison.Ordinal) ? $"({alternative})" : alternative)),
        };
    }

    /// <summary>host and port as one; a v6 address in brackets.</summary>
    public static string HostPort(string host, string port) => host.Contains(':', StringComparison.Ordinal) && !host.StartsWith('[') ? $"[{host}]:{port}" : $"{host}:{port}";
}
