using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace Nines.Web.Tests.Metrics;

/// <summary>One family as a text has it.</summary>
internal sealed record Family(string Name, string Type)
{
    public string? Unit { get; set; }
    public string? Help { get; set; }
    public List<Sample> Samples { get; } = [];
}

/// <param name="Name">With its suffix.</param>
internal sealed record Sample(string Name, IReadOnlyDictionary<string, string> Labels, double Value);

/// <summary>A strict reader of the two text formats (OpenMetrics 1.0.0; Prometheus 0.0.4): what they do not allow is a <see cref="FormatException"/>.</summary>
internal sealed partial class OpenMetricsText
{
    private readonly bool open;
    private readonly Dictionary<string, Family> families = [];
    private readonly HashSet<string> seen = [];
    private Family? current;

    private OpenMetricsText(bool open) => this.open = open;

    public static IReadOnlyDictionary<string, Family> Read(string text, bool open)
    {
        var reader = new OpenMetricsText(open);
        Demand(text.EndsWith('\n') && !text.Contains('\r', StringComparison.Ordinal), "lines end in a line feed, the last one too");
        var lines = text[..^1].Split('\n');
        if (open)
        {
            Demand(lines[^1] == "# EOF", "the last line is # EOF");
            lines = lines[..^1];
        }
        foreach (var line in lines)
        {
            if (line.StartsWith('#')) reader.Head(line);
            else reader.SampleLine(line);
        }
        foreach (var family in reader.families.Values) Demand(family.Help is { Length: > 0 }, $"{family.Name} has a HELP");
        return reader.families;
    }

    private static void Demand(bool holds, string what)
    {
        if (!holds) throw new FormatException($"Not so: {what}.");
    }

    private void Head(string line)
    {
        var match = HeadLine().Match(line);
        Demand(match.Success, $"'{line}' is TYPE, UNIT or HELP");
        var (what, name, rest) = (match.Groups[1].Value, match.Groups[2].Value, match.Groups[3].Value);
        if (what == "TYPE")
        {
            Demand(!families.ContainsKey(name), $"{name} is declared once, with its samples together");
            string[] types = open ? ["gauge", "counter", "info", "summary", "histogram", "stateset", "unknown", "gaugehistogram"] : ["gauge", "counter", "summary", "histogram", "untyped"];
            Demand(types.Contains(rest), $"{rest} is a type");
            Demand(!open || rest != "counter" || !name.EndsWith("_total", StringComparison.Ordinal), $"the family {name} is named without _total");
            Demand(!open || !Reserved().IsMatch(name), $"{name} does not end as a sample of another family would");
            families.Add(name, current = new Family(name, rest));
            return;
        }
        Demand(current?.Name == name && current.Samples.Count == 0, $"the {what} of {name} follows its TYPE, before its samples");
        if (what == "UNIT")
        {
            Demand(open && current!.Unit is null && name.EndsWith($"_{rest}", StringComparison.Ordinal), $"{name} ends in its unit {rest}");
            current!.Unit = rest;
            return;
        }
        Demand(current!.Help is null, $"{name} has one HELP");
        Demand(!open || !Unescaped().IsMatch(rest), $"the HELP of {name} escapes its quotes");
        current.Help = rest;
    }

    private void SampleLine(string line)
    {
        var name = SampleName().Match(line).Value;
        Demand(name.Length > 0 && current is not null, $"'{line}' begins with a name, after a TYPE");
        var at = name.Length;
        var labels = new Dictionary<string, string>();
        if (line[at] == '{') at = ReadLabels(line, at + 1, labels);
        Demand(line[at] == ' ', $"'{line}' has one space before its value");
        var number = line[(at + 1)..];
        Demand(Number().IsMatch(number), $"'{number}' is a number");
        var value = number switch
        {
            "NaN" => double.NaN,
            "+Inf" => double.PositiveInfinity,
            "-Inf" => double.NegativeInfinity,
            _ => double.Parse(number, CultureInfo.InvariantCulture),
        };
        Demand(seen.Add(name + "{" + string.Join(',', labels.OrderBy(label => label.Key).Select(label => $"{label.Key}={label.Value}"))), $"'{line}' is there once");
        Check(name, labels, value);
        current!.Samples.Add(new Sample(name, labels, value));
    }

    private void Check(string name, Dictionary<string, string> labels, double value)
    {
        string[] suffixes = current!.Type switch
        {
            "counter" => open ? ["_total"] : [""],
            "info" => ["_info"],
            "summary" => ["", "_count", "_sum"],
            _ => [""],
        };
        Demand(suffixes.Any(suffix => name == current.Name + suffix), $"{name} is a sample of the {current.Type} {current.Name}");
        if (current.Type is "counter" || name.EndsWith("_count", StringComparison.Ordinal)) Demand(value >= 0, $"{name} is not negative");
        if (current.Type == "info") Demand(value == 1, $"{name} is 1");
        if (current.Type == "summary" && name == current.Name)
            Demand(labels.TryGetValue("quantile", out var quantile) && double.Parse(quantile, CultureInfo.InvariantCulture) is >= 0 and <= 1, $"{name} names its quantile");
        else
            Demand(!labels.ContainsKey("quantile"), $"{name} has no quantile");
    }

    private static int ReadLabels(string line, int at, Dictionary<string, string> labels)
    {
        while (true)
        {
            var name = LabelName().Match(line, at);
            Demand(name.Success && line[at + name.Length] == '=' && line[at + name.Length + 1] == '"', $"a label's name and value stand at {at} of '{line}'");
            at += name.Length + 2;
            var value = new StringBuilder();
            for (; line[at] != '"'; at++)
            {
                if (line[at] != '\\')
                {
                    value.Append(line[at]);
                    continue;
                }
                at++;
                value.Append(line[at] switch { '\\' => '\\', '"' => '"', 'n' => '\n', var other => throw new FormatException($"'\\{other}' is no escape.") });
            }
            at++;
            Demand(labels.TryAdd(name.Value, value.ToString()), $"the label {name.Value} is there once");
            if (line[at] == '}') return at + 1;
            Demand(line[at] == ',', "labels are parted by commas");
            at++;
        }
    }

    [GeneratedRegex(@"\A# (TYPE|UNIT|HELP) ([a-zA-Z_:][a-zA-Z0-9_:]*) (.*)\z")]
    private static partial Regex HeadLine();

    [GeneratedRegex(@"\A[a-zA-Z_:][a-zA-Z0-9_:]*")]
    private static partial Regex SampleName();

    [GeneratedRegex(@"\G[a-zA-Z_][a-zA-Z0-9_]*")]
    private static partial Regex LabelName();

    [GeneratedRegex(@"\A(NaN|[+-]Inf|[+-]?[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]+)?)\z")]
    private static partial Regex Number();

    [GeneratedRegex(@"_(total|created|info|count|sum|bucket|gcount|gsum)\z")]
    private static partial Regex Reserved();

    [GeneratedRegex(@"(?<!\\)""")]
    private static partial Regex Unescaped();
}
