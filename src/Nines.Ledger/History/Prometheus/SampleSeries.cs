using System.Collections.Immutable;
using NodaTime;

namespace Nines.Ledger.History.Prometheus;

/// <summary>One value of a series.</summary>
/// <param name="Value">May be no number, or infinite: then it says nothing.</param>
/// <param name="Row">Counts all samples that were read, from 1 on.</param>
public readonly record struct Sample(Instant At, double Value, int Row);

/// <summary>One series as it was read.</summary>
/// <param name="Labels">Its name is the label <c>__name__</c>; an expression has none.</param>
public sealed record SampleSeries(ImmutableSortedDictionary<string, string> Labels, List<Sample> Samples)
{
    public const string NameLabel = "__name__";

    public string? Metric => Labels.GetValueOrDefault(NameLabel);

    /// <summary>As Prometheus writes it: <c>up{instance="a:1"}</c>.</summary>
    public override string ToString()
    {
        var rest = string.Join(", ", Labels.Where(label => label.Key != NameLabel).Select(label => $"{label.Key}=\"{label.Value}\""));
        return rest.Length == 0 ? Metric ?? "{}" : $"{Metric}{{{rest}}}";
    }
}

/// <summary>What was read, with the limits that it was read in.</summary>
/// <param name="mostRows">Samples in all.</param>
public sealed class SampleReading(int mostRows)
{
    /// <summary>Series in all, labels of one, and characters of one label.</summary>
    public const int MostSeries = 10_000, MostLabels = 64, MostLabelLength = 2_048;

    private readonly Dictionary<string, SampleSeries> byLabels = new(StringComparer.Ordinal);

    public IReadOnlyCollection<SampleSeries> Series => byLabels.Values;

    /// <summary>Samples so far.</summary>
    public int Rows { get; private set; }

    /// <summary>Rows that are no samples, as they were written.</summary>
    public List<(int Row, string Text)> Unreadable { get; } = [];

    /// <summary>What the server had to say beside the samples.</summary>
    public List<string> Warnings { get; } = [];

    /// <summary>The series of these labels, which may come in several parts.</summary>
    /// <exception cref="FormatException">Too many of something.</exception>
    public SampleSeries Of(ImmutableSortedDictionary<string, string> labels)
    {
        if (labels.Count > MostLabels) throw new FormatException($"a series has more than {MostLabels} labels");
        var key = string.Join('\u001f', labels.Select(label => $"{label.Key}\u001e{label.Value}"));
        if (byLabels.TryGetValue(key, out var known)) return known;
        if (byLabels.Count == MostSeries) throw new FormatException($"it has more than {MostSeries} series");
        return byLabels[key] = new SampleSeries(labels, []);
    }

    /// <exception cref="FormatException">More than the most.</exception>
    public void Add(SampleSeries series, Instant at, double value) => series.Samples.Add(new Sample(at, value, NextRow()));

    /// <inheritdoc cref="Add"/>
    public void AddUnreadable(string text) => Unreadable.Add((NextRow(), text));

    private int NextRow() => Rows == mostRows ? throw new FormatException($"it has more than {mostRows} samples; export a shorter span, or a longer step") : ++Rows;

    /// <summary>Seconds since 1970, as Prometheus writes them.</summary>
    /// <returns>Null for what is not between 1990 and 2200.</returns>
    internal static Instant? InstantOf(double seconds) =>
        seconds is >= 631_152_000 and < 7_258_118_400 ? Instant.FromUnixTimeMilliseconds((long)Math.Round(seconds * 1_000)) : null;
}
