using System.Globalization;
using NodaTime;

namespace Nines.Bench.Truths;

/// <summary>What lies under a group's figures, on stderr: by kind of fault, and each outage with which something is wrong.</summary>
internal static class TruthTable
{
    private const int MostWrong = 40;

    public static void Say(string name, IReadOnlyList<Score> scores, Duration declared)
    {
        Scored[] all = [.. scores.SelectMany(score => score.Outages)];
        Line($"{name}, by kind: outages, found (the peer), contained; error of length: median, p90 (the peer's), of onset: median signed, of end: median signed; detection: median, max");
        foreach (var kind in all.GroupBy(scored => scored.Truth.Kind).OrderBy(kind => kind.Key, StringComparer.Ordinal))
        {
            double[] errors = [.. kind.Select(scored => scored.LengthError).OfType<double>().Select(Math.Abs)];
            double[] peers = [.. kind.Select(scored => scored.PeerLengthError).OfType<double>().Select(Math.Abs)];
            double[] onsets = [.. kind.Select(scored => scored.OnsetError).OfType<double>()];
            double[] ends = [.. kind.Select(scored => scored.EndError).OfType<double>()];
            double[] delays = [.. kind.Select(scored => scored.Detection).OfType<double>()];
            Line($"  {kind.Key,-10} {kind.Count(),4} {kind.Count(scored => scored.Found is not null),4} ({kind.Count(scored => scored.PeerFound is not null)}) {kind.Count(scored => scored.IsContained),4}; {Mid(errors)} {High(errors)} ({Mid(peers)} {High(peers)}); {Mid(onsets)} {Mid(ends)}; {Mid(delays)} {(delays.Length == 0 ? "–" : Text(delays.Max()))}");
        }
        var wrong = all.Where(scored => scored.Found is null ? scored.Truth.Seconds > declared.TotalSeconds : !scored.IsContained).ToArray();
        foreach (var scored in wrong.Take(MostWrong)) Line($"  wrong: {Describe(scored)}");
        if (wrong.Length > MostWrong) Line($"  … and {wrong.Length - MostWrong} more");
    }

    private static string Describe(Scored scored)
    {
        var truth = scored.Truth;
        var text = string.Create(CultureInfo.InvariantCulture, $"{truth.Component} {truth.Kind} {truth.Onset.Midpoint} + {truth.Seconds:0.000} s");
        if (scored.Found is not { } found) return string.Create(CultureInfo.InvariantCulture, $"{text}: not found{(scored.Blip ? ", a blip" : "")}; resolution there {scored.Resolution.TotalSeconds:0.0} s");
        var ended = found.Ended is { } end ? $"{end.Earliest} – {end.Latest}" : "open";
        return $"{text} (end {truth.End.Midpoint}): {found.Id} began {found.Began.Earliest} – {found.Began.Latest}, ended {ended}";
    }

    private static string Mid(double[] values) => values.Length == 0 ? "–" : Text(Median.Of(values));
    private static string High(double[] values) => values.Length == 0 ? "–" : Text(Median.Quantile(values, 0.9));
    private static string Text(double value) => value.ToString("0.00", CultureInfo.InvariantCulture);
    private static void Line(FormattableString line) => Console.Error.WriteLine(line.ToString(CultureInfo.InvariantCulture));
    private static void Line(string line) => Console.Error.WriteLine(line);
}
