using System.Collections.Immutable;
using System.Text.RegularExpressions;

namespace Nines.Probing.Alerts;

/// <summary>One condition on an alert's labels, as Prometheus writes them: <c>a=b</c>, <c>a!=b</c>, <c>a=~b</c>, <c>a!~b</c>. A label that is not there is empty; patterns match the whole value.</summary>
public sealed partial record LabelMatcher
{
    private static readonly TimeSpan PatternLimit = TimeSpan.FromMilliseconds(100);

    private readonly string label;
    private readonly Func<string, bool> holds;

    private LabelMatcher(string label, Func<string, bool> holds) => (this.label, this.holds) = (label, holds);

    /// <param name="text">With or without quotes around the value.</param>
    /// <param name="mistake">What is wrong; empty when nothing is.</param>
    public static LabelMatcher? Parse(string text, out string mistake)
    {
        mistake = "";
        var match = Form().Match(text);
        if (!match.Success)
        {
            mistake = "is not label=value, label!=value, label=~pattern or label!~pattern";
            return null;
        }
        var (name, sign, value) = (match.Groups[1].Value, match.Groups[2].Value, match.Groups[3].Success ? match.Groups[3].Value : match.Groups[4].Value);
        if (sign is "=" or "!=") return new LabelMatcher(name, actual => actual == value == (sign == "="));
        try
        {
            // Without backtracking, as Prometheus does it: no value can make it slow.
            var pattern = new Regex($@"\A(?:{value})\z", RegexOptions.NonBacktracking | RegexOptions.CultureInvariant, PatternLimit);
            return new LabelMatcher(name, actual => pattern.IsMatch(actual) == (sign == "=~"));
        }
        catch (Exception wrong) when (wrong is RegexParseException or NotSupportedException)
        {
            mistake = "has a pattern that is not an RE2 expression";
            return null;
        }
    }

    public bool Holds(ImmutableSortedDictionary<string, string> labels) => holds(labels.GetValueOrDefault(label, ""));

    [GeneratedRegex(@"\A\s*([a-zA-Z_][a-zA-Z0-9_]*)\s*(=~|!~|!=|=)\s*(?:""([^""]*)""|([^""].*)|)\s*\z", RegexOptions.CultureInvariant)]
    private static partial Regex Form();
}
