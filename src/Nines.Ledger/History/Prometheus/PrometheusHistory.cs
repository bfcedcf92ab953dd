using System.Collections.Immutable;
using System.Globalization;
using Nines.Core;
using Nines.Ledger.Text;
using NodaTime;

namespace Nines.Ledger.History.Prometheus;

/// <summary>What samples mean, as far as the call or the server says it.</summary>
public sealed record PrometheusMeaning
{
    /// <summary>The label that names the target.</summary>
    public string By { get; init; } = "instance";

    /// <summary>A value below it is down.</summary>
    public double DownBelow { get; init; } = 1;

    /// <summary>Time between two samples; null learns it.</summary>
    public Duration? Step { get; init; }

    /// <summary>How often Prometheus looks (<c>scrape_interval</c>, 1 min where nobody says otherwise), and how long a look may take (<c>scrape_timeout</c>).</summary>
    public Duration ScrapeInterval { get; init; } = Duration.FromMinutes(1);

    /// <inheritdoc cref="ScrapeInterval"/>
    public Duration ScrapeTimeout { get; init; } = Duration.FromSeconds(10);

    /// <summary>How long a query goes on telling a sample that none followed: <c>--query.lookback-delta</c>.</summary>
    public Duration Lookback { get; init; } = Duration.FromMinutes(5);

    /// <summary>Where these came from, for the assumptions: "as the server says".</summary>
    public string Because { get; init; } = "unless the call says otherwise";

    /// <summary>Where the query ended; null at the last sample of all.</summary>
    public Instant? Until { get; init; }
}

/// <summary>From samples to looks. Pure; every sample is accounted for.</summary>
public static class PrometheusHistory
{
    private const string Tool = "Prometheus";

    /// <param name="everything">The target of series that lack the label.</param>
    public static ReadHistory Build(SampleReading reading, PrometheusMeaning means, string? everything, RowAccount rows, Instant now)
    {
        var series = reading.Series.Where(one => one.Samples.Count > 0).ToList();
        var step = means.Step ?? StepOf(series);
        var isGrid = step is { } known && IsGrid(series, known);
        var looks = new List<Look>(reading.Rows);
        var withoutLabel = 0;
        for (var row = 1; row <= reading.Rows; row++) rows.Add(row);
        foreach (var (row, text) in reading.Unreadable) rows.Note(row, "", RepairRule.Unreadable, RowFate.Rejected, text, "left out: it is no sample with an instant");
        var until = means.Until ?? series.Select(one => one.Samples[^1].At).Append(Instant.MinValue).Max();
        foreach (var one in series)
        {
            var target = one.Labels.GetValueOrDefault(means.By) is { Length: > 0 } named ? named : everything;
            if (target is null)
            {
                withoutLabel++;
                foreach (var sample in one.Samples) rows.Note(sample.Row, "", RepairRule.NoTarget, RowFate.Rejected, $"{one}", $"left out: it has no label {means.By}; name another with --by, or the component with --as");
                continue;
            }
            var silence = (step ?? means.ScrapeInterval) * 2 + means.ScrapeTimeout;
            AddLooks(one, target, means, isGrid ? new Echo(silence, means.Lookback, until) : null, rows, looks);
        }
        var history = LookTimelines.Build(looks, new LookSource
        {
            Tool = Tool, Records = LooksRecorded.Every, Cadence = means.Step, CadenceIsGiven = means.Step is not null, Timeout = means.ScrapeTimeout, Age = isGrid ? means.ScrapeInterval : Duration.Zero,
        }, rows, now);
        return history with { Assumptions = [.. Assumptions(series, means, step, isGrid, withoutLabel, reading.Warnings), .. history.Assumptions] };
    }

    private static void AddLooks(SampleSeries series, string target, PrometheusMeaning means, Echo? echo, RowAccount rows, List<Look> looks)
    {
        var told = new List<Look>(series.Samples.Count);
        foreach (var sample in series.Samples)
        {
            if (!double.IsFinite(sample.Value))
            {
                rows.Note(sample.Row, target, RepairRule.UnknownState, RowFate.Rejected, string.Create(CultureInfo.InvariantCulture, $"{sample.Value} at {sample.At}"), "left out: it is no number, and tells nothing");
                continue;
            }
            var isDown = sample.Value < means.DownBelow;
            told.Add(new Look(target, sample.At, isDown ? State.Down : State.Up, isDown ? string.Create(CultureInfo.InvariantCulture, $"{series.Metric ?? "the expression"} was {sample.Value}") : "", sample.Row) { Took = means.ScrapeTimeout });
        }
        looks.AddRange(echo is null ? told : echo.Without(told, rows));
    }

    /// <summary>Half of the gaps are no longer.</summary>
    private static Duration? StepOf(IEnumerable<SampleSeries> series)
    {
        var gaps = new List<Duration>();
        foreach (var one in series)
            for (var i = 1; i < one.Samples.Count; i++)
                if (one.Samples[i].At > one.Samples[i - 1].At) gaps.Add(one.Samples[i].At - one.Samples[i - 1].At);
        if (gaps.Count == 0) return null;
        gaps.Sort();
        return gaps[gaps.Count / 2];
    }

    /// <summary>A query answers at whole steps from its start, the same for all series; scrapes have a phase of their own each, and jitter.</summary>
    private static bool IsGrid(IReadOnlyList<SampleSeries> series, Duration step)
    {
        var zero = series[0].Samples[0].At;
        return step > Duration.Zero && series.All(one => one.Samples.All(sample => (sample.At - zero).BclCompatibleTicks % step.BclCompatibleTicks == 0));
    }

    private static IEnumerable<string> Assumptions(List<SampleSeries> series, PrometheusMeaning means, Duration? step, bool isGrid, int withoutLabel, IEnumerable<string> warnings)
    {
        yield return string.Create(CultureInfo.InvariantCulture, $"A value below {means.DownBelow} is down, any other number up; NaN and infinite values tell nothing. The label {means.By} names the target.");
        if (isGrid)
        {
            var evaluated = $"The samples lie on a grid of {SpokenDuration.Of(step!.Value)}: a query answers there with the scrape before, which may have begun {SpokenDuration.Of(means.ScrapeInterval)} earlier (scrape_interval) and lasted {SpokenDuration.Of(means.ScrapeTimeout)} (scrape_timeout), {means.Because}: bounds are wider by both.";
            yield return step > means.ScrapeInterval ? $"{evaluated} The step is longer than the scrape interval: what Prometheus saw in between is not in it." : evaluated;
            yield return $"A query repeats the last scrape for {SpokenDuration.Of(means.Lookback)} (--query.lookback-delta) when none follows: of samples before a silence those that may be such repeats are left out.";
        }
        else yield return $"The samples have the times of their scrapes, which may have lasted {SpokenDuration.Of(means.ScrapeTimeout)} (scrape_timeout), {means.Because}.";
        foreach (var group in series.Where(one => one.Labels.ContainsKey(means.By)).GroupBy(one => one.Labels[means.By]).Where(group => group.Count() > 1).Take(5))
            yield return $"{group.Count()} series are of {QueryResult.Short(group.Key)}: where their samples fall together the worst counts.";
        if (withoutLabel > 0) yield return $"{withoutLabel.ToString(CultureInfo.InvariantCulture)} series have no label {means.By}: they are left out.";
        foreach (var warning in warnings) yield return $"The server warns: {warning}.";
    }

    /// <summary>Samples that a query made up of the last scrape, after which Prometheus did not look.</summary>
    private sealed record Echo(Duration Silence, Duration Lookback, Instant Until)
    {
        public List<Look> Without(List<Look> told, RowAccount rows)
        {
            var kept = new List<Look>(told.Count);
            for (var i = 0; i < told.Count; i++)
            {
                kept.Add(told[i]);
                if ((i + 1 < told.Count ? told[i + 1].At : Until) - told[i].At <= Silence) continue;
                // The last scrape lies at most the lookback before the last sample; a value's first sample is always one of its own.
                while (kept.Count > 1 && kept[^1].At > told[i].At - Lookback && kept[^2].State == kept[^1].State && kept[^1].At - kept[^2].At <= Silence)
                {
                    rows.Note(kept[^1].Row, kept[^1].Target, RepairRule.Repeated, RowFate.Merged, $"{kept[^1].State.Word()} at {kept[^1].At}", "may be the scrape before, told again: nothing follows it");
                    kept.RemoveAt(kept.Count - 1);
                }
            }
            return kept;
        }
    }
}
