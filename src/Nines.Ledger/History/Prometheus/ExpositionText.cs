using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using NodaTime;

namespace Nines.Ledger.History.Prometheus;

/// <summary>
/// Samples as text: <c>promtool tsdb dump</c> (<c>{__name__="probe_success", instance="a"} 1 1700000000000</c>, milliseconds), and OpenMetrics
/// (<c>probe_success{instance="a"} 1 1700000000.123</c>, seconds), also as <c>promtool tsdb dump-openmetrics</c> writes it.
/// </summary>
public static class ExpositionText
{
    private const int MostLineLength = 1 << 16;

    /// <summary>Where an export holds more than one metric, and the call names none, the first of these that is there.</summary>
    private static readonly string[] Usual = ["probe_success", "up"];

    /// <summary>A line of whole numbers at least this large tells milliseconds: as seconds it would be after the year 5000.</summary>
    private const double LeastMilliseconds = 100_000_000_000;

    /// <param name="metric">Samples of others are no rows; null takes the only one, or the usual one.</param>
    /// <exception cref="FormatException">No sample can be read, several metrics are there of which none is usual, or it is beyond a limit.</exception>
    public static void Read(ReadOnlySpan<byte> text, string? metric, SampleReading into)
    {
        if (text.StartsWith("\uFEFF"u8)) text = text[3..];
        metric ??= OnlyMetric(text);
        var known = new Dictionary<string, SampleSeries?>(StringComparer.Ordinal);
        foreach (var range in text.Split((byte)'\n'))
        {
            if (Line(text[range]) is not { } line) continue;
            var (labels, rest) = Parts(line);
            if (labels is null || !known.TryGetValue(labels, out var series))
            {
                var parsed = labels is null ? null : LabelsOf(labels);
                if (parsed is null)
                {
                    into.AddUnreadable(line);
                    continue;
                }
                series = parsed.GetValueOrDefault(SampleSeries.NameLabel) == metric || metric is null ? into.Of(parsed) : null;
                known[labels!] = series;
            }
            if (series is null) continue;
            if (Values(rest) is { } sample) into.Add(series, sample.At, sample.Value);
            else into.AddUnreadable(line);
        }
    }

    /// <summary>Whether it looks like such a text, from its first line that is no comment.</summary>
    public static bool Looks(ReadOnlySpan<byte> text)
    {
        if (text.StartsWith("\uFEFF"u8)) text = text[3..];
        foreach (var range in text.Split((byte)'\n'))
            if (text[range].Length > MostLineLength) return false;
            else if (Line(text[range]) is { } line) return Parts(line) is ({ } labels, { } rest) && LabelsOf(labels) is not null && Values(rest) is not null;
        return false;
    }

    private static string? OnlyMetric(ReadOnlySpan<byte> text)
    {
        var names = new SortedSet<string>(StringComparer.Ordinal);
        var known = new HashSet<string>(StringComparer.Ordinal);
        foreach (var range in text.Split((byte)'\n'))
        {
            if (Line(text[range]) is not { } line || Parts(line).Labels is not { } labels || !known.Add(labels)) continue;
            if (LabelsOf(labels)?.GetValueOrDefault(SampleSeries.NameLabel) is { } name) names.Add(name);
            if (known.Count > SampleReading.MostSeries * 10) break;
        }
        return names.Count <= 1 ? names.FirstOrDefault() : Usual.FirstOrDefault(names.Contains)
            ?? throw new FormatException($"it has {names.Count} metrics ({string.Join(", ", names.Take(10))}): say with --metric which one tells up and down");
    }

    private static string? Line(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length > MostLineLength) throw new FormatException($"a line has more than {MostLineLength} bytes");
        var line = bytes.TrimEnd((byte)'\r').Trim((byte)' ');
        return line.IsEmpty || line[0] == '#' ? null : Encoding.UTF8.GetString(line);
    }

    /// <summary>The name with the labels, and what follows them; braces and blanks inside of quotes belong to the labels.</summary>
    private static (string? Labels, string? Sample) Parts(string line)
    {
        var quoted = false;
        var depth = 0;
        for (var i = 0; i < line.Length; i++)
        {
            var c = line[i];
            if (quoted && c == '\\') i++;
            else if (c == '"') quoted = !quoted;
            else if (quoted) continue;
            else if (c == '{') depth++;
            else if (c == '}') depth--;
            else if (c is ' ' or '\t' && depth == 0) return (line[..i], line[(i + 1)..]);
        }
        return (null, null);
    }

    /// <returns>Null where it is not <c>name{label="value", …}</c>, <c>name</c>, or <c>{"name", label="value"}</c>.</returns>
    private static ImmutableSortedDictionary<string, string>? LabelsOf(string text)
    {
        var labels = ImmutableSortedDictionary.CreateBuilder<string, string>(StringComparer.Ordinal);
        var brace = text.IndexOf('{', StringComparison.Ordinal);
        var name = brace < 0 ? text : text[..brace];
        if (name.Any(c => !(char.IsLetterOrDigit(c) || c is '_' or ':' or '.'))) return null;
        if (name.Length > 0) labels[SampleSeries.NameLabel] = name;
        if (brace < 0) return name.Length > 0 && !char.IsDigit(name[0]) ? labels.ToImmutable() : null;
        for (var at = brace + 1; at < text.Length;)
        {
            while (at < text.Length && text[at] is ' ' or ',') at++;
            if (at < text.Length && text[at] == '}') return at == text.Length - 1 ? labels.ToImmutable() : null;
            if (at < text.Length && text[at] == '"')
            {
                if (Quoted(text, ref at) is not { } only) return null;
                // A name that is no plain word stands in quotes, first in the braces (OpenMetrics 2, Prometheus 3).
                if (at < text.Length && text[at] == '=')
                {
                    at++;
                    if (Quoted(text, ref at) is not { } value) return null;
                    labels[only] = value;
                }
                else labels[SampleSeries.NameLabel] = only;
                continue;
            }
            var equals = text.IndexOf('=', at);
            if (equals <= at) return null;
            var label = text[at..equals].Trim();
            at = equals + 1;
            if (Quoted(text, ref at) is not { } said) return null;
            labels[label] = said;
        }
        return null;
    }

    private static string? Quoted(string text, ref int at)
    {
        if (at >= text.Length || text[at] != '"') return null;
        var value = new StringBuilder();
        for (at++; at < text.Length; at++)
        {
            if (text[at] == '"')
            {
                at++;
                return value.ToString();
            }
            if (value.Length > SampleReading.MostLabelLength) throw new FormatException($"a label is longer than {SampleReading.MostLabelLength} characters");
            if (text[at] == '\\' && at + 1 < text.Length) value.Append(text[++at] == 'n' ? '\n' : text[at]);
            else value.Append(text[at]);
        }
        return null;
    }

    /// <summary>A value and an instant; an exemplar after '#' is passed over.</summary>
    private static (Instant At, double Value)? Values(string? rest)
    {
        if (rest is null) return null;
        var parts = rest.Split(' ', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        if (parts.Length < 2 || parts.Length > 2 && parts[2] != "#") return null;
        if (!double.TryParse(parts[1], NumberStyles.Float, CultureInfo.InvariantCulture, out var time)) return null;
        var seconds = time >= LeastMilliseconds && !parts[1].Contains('.', StringComparison.Ordinal) ? time / 1_000 : time;
        if (SampleReading.InstantOf(seconds) is not { } at) return null;
        try
        {
            return (at, QueryResult.ValueOf(parts[0]));
        }
        catch (FormatException)
        {
            return null;
        }
    }
}
