using System.Globalization;
using Nines.Core.Time;
using Nines.Ledger.Policies;
using Nines.Ledger.Reports;
using Nines.Ledger.Text;
using Nines.Pricing.Attribution;
using NodaTime;
using NodaTime.Text;

namespace Nines.Reports.Monthly;

/// <summary>The plain sentences of a report, made of its figures.</summary>
internal static class MonthlyText
{
    private static readonly InstantPattern Exact = InstantPattern.ExtendedIso;

    public static IEnumerable<string> Sentences(MonthlyReport report)
    {
        var (summary, period) = (report.Summary, report.Period);
        var what = summary.UsedByUsers.Length == 1 ? summary.UsedByUsers[0].Value : $"what users use ({Counted.Of(summary.UsedByUsers.Length, "component")})";
        var when = period.InProgress ? $"{Capital(period.Title)}, up to {InstantText.Of(period.KnownUntil)[..16]} UTC" : Capital(period.Title);
        yield return summary.Availability is { } share
            ? $"{when}: {what} was available {share.Text} of the time that was counted, and {PercentText.Of(summary.Coverage, 1)} of the time was watched."
            : $"{when}: nothing is known of {what}, because nobody watched.";
        if (Change(report) is { } change) yield return change;
        yield return summary.Outages == 0
            ? $"No outage is on record{LeftOut(summary)}."
            : $"{Counted.Of(summary.Outages, "outage")} of {Counted.Of(report.Components.Count(component => component.Figures.Outages > 0), "component")} reached into it{(summary.OpenOutages == 0 ? "" : $", {summary.OpenOutages} of them still open")}{LeftOut(summary)}.";
        if (summary.Loss is { } loss)
            yield return loss.High == 0 && summary.Liabilities!.High == 0 ? $"Nothing that has a price was lost{Without(summary)}." : $"They cost {loss.Text}{(summary.Liabilities!.High > 0 ? $", and made liabilities of {summary.Liabilities.Text}, which are not in it" : "")}{Without(summary)}.";
        if (report.Budgets is [var least, ..])
            yield return least.Left.Likely > 0
                ? $"Of {Counted.Of(report.Budgets.Length, "error budget")}, the least is left of {least.Objective.Objective} of {least.Objective.Component}: {least.Left.Text}."
                : $"{(report.Budgets.Count(budget => budget.Left.Likely <= 0) is var gone && gone == 1 ? "1 error budget is" : string.Create(CultureInfo.InvariantCulture, $"{gone} error budgets are"))} used up, first of all that of {least.Objective.Objective} of {least.Objective.Component}.";
        if (summary.Worst is [var first, ..] && report.Outages.First(outage => outage.Id == first) is var worst)
            yield return $"The worst was {worst.Id}: {worst.Component} {StateWord(worst)} for {worst.LengthS.Text}{(worst.Loss is { High: > 0 } cost ? $", at a cost of {cost.Text}" : "")} ({worst.Cause.ToString().ToLowerInvariant()}: {Short(worst.Because)}).";
        if (summary.Coverage < 0.9995m && summary.Availability is not null)
            yield return $"For {PercentText.Of(1 - PercentText.Floor(summary.Coverage, 3), 1)} of the time nobody looked: that time is neither up nor down, and in no figure.";
    }

    private static string StateWord(OutageLine outage) => Core.States.Word(outage.WorstState);

    /// <summary>Against the period before, if that is on record and seen at all.</summary>
    private static string? Change(MonthlyReport report)
    {
        if (report.Trend is not [.., { Availability: { } before } last, { Availability: { } now }]) return null;
        var points = (now.Likely - before.Likely) * 100;
        var by = Math.Abs(points).ToString("0.###", CultureInfo.InvariantCulture);
        var apart = now.Low > before.High || now.High < before.Low;
        return points == 0 || by == "0" ? $"That is as in {last.Period}." : $"That is {by} points {(points > 0 ? "more" : "less")} than in {last.Period} ({before.Text}){(apart ? "" : "; within the bounds of both it may be the same")}.";
    }

    public static IEnumerable<StatisticLine> Statistics(ComponentReport figures)
    {
        if (figures.MeanTimeToRepair is { } repair) yield return new StatisticLine("Mean time to repair", $"{repair} over {Counted.Of(figures.Outages - figures.OpenOutages, "closed outage")}{(figures.MeanTimeToRepairLimits is { } limits ? $", 95 % interval {SpokenDuration.Of(limits.Low, Rounding.Down)} – {SpokenDuration.Of(limits.High, Rounding.Up)}" : "")}");
        if (figures.MeanTimeToDetect is { } detected) yield return Sooner("Mean time to detect", detected);
        if (figures.MeanTimeToNotify is { } notified) yield return Sooner("Mean time to notify", notified);
        if (figures.MeanTimeToAcknowledge is { } acknowledged) yield return Sooner("Mean time to acknowledge", acknowledged);
        if (figures.MeanTimeBetweenFailures is { } between)
            yield return new StatisticLine("Mean time between failures", between switch
            {
                { Likely: { } likely, High: { } high } => $"{SpokenDuration.Of(likely)}, 95 % interval {SpokenDuration.Of(between.Low, Rounding.Down)} – {SpokenDuration.Of(high, Rounding.Up)}",
                _ => $"no outage began; at least {SpokenDuration.Of(between.Low, Rounding.Down)} at 95 %",
            });
        if (figures.LongRunAvailability is { } run) yield return new StatisticLine("Long-run availability", $"95 % interval {PercentText.Of(run.Low)} – {PercentText.Of(run.High)}");
        yield return new StatisticLine("Resolution", figures.Resolution is { } resolution ? $"{SpokenDuration.Of(resolution, Rounding.Up)}; shorter outages may have been missed" : "not known: no probe of its own looks at it");
    }

    private static string LeftOut(SummaryDocument summary) => summary.FalseAlarmsLeftOut == 0 ? "" : $"; {Counted.Of(summary.FalseAlarmsLeftOut, "false alarm")} {(summary.FalseAlarmsLeftOut == 1 ? "is" : "are")} left out";

    private static string Without(SummaryDocument summary) => summary.NotPriced.IsEmpty ? "" : $", without {List(summary.NotPriced.Select(id => id.Value))}, which could not be priced";

    private static StatisticLine Sooner(string name, TimeTo after) => new(name, $"{after.Mean} over {Counted.Of(after.Outages, "outage")}, the longest {SpokenDuration.Of(after.Longest)}");

    public static IEnumerable<string> Notes(MonthlyReport report, Policy policy, IReadOnlyCollection<ComponentReport> figures, PricedWindow? priced, bool blipsCut)
    {
        yield return "Unknown time is neither up nor down: it is what coverage lacks. A figure in brackets is what is surely and what is possibly so.";
        if (report.Summary.UsedByUsers.Length < report.Components.Length)
            yield return $"What users use is what nothing else of this report needs: {List(report.Summary.UsedByUsers.Select(id => id.Value))}. What the others do to users is in theirs.";
        if (report.Period.WatchedFrom > report.Period.From) yield return $"Watching began at {InstantText.Of(report.Period.WatchedFrom)} UTC: before that all is unknown.";
        if (report.Period.InProgress) yield return $"The period was not over at {InstantText.Of(report.Period.KnownUntil)} UTC, where knowing ends; nothing is claimed of what came after.";
        var notYet = figures.Where(component => component.NotYetKnown > Duration.Zero && component.Tally.Window > Duration.Zero).Select(component => component.Component.Value).ToList();
        if (notYet.Count > 0) yield return $"Not judged to the end of the period, because they are no longer in the config or not judged yet: {List(notYet)}.";
        if (report.Outages.Any(outage => outage.BeganEarliest < report.Period.From || (outage.EndedLatest ?? report.Period.KnownUntil) > report.Period.To))
            yield return "Of an outage across a border of the period only the time within it is counted and priced; its length is told in full.";
        foreach (var corrected in figures.Aggregate(default(HandCorrections), (sum, component) => sum + component.ByHand).Sentences(policy)) yield return corrected;
        if (report.Pricing is null) yield return "Nothing says what things cost (no `pricing` in the config, no --pricing): losses are not reckoned, and not zero.";
        else if (report.Losses is { ByCause.IsEmpty: false }) yield return "Losses by cause share out each outage's loss by the lost time that each of its causes accounts for. What a root cost its dependants is part of their losses, and in no sum twice.";
        if (!report.Budgets.IsEmpty) yield return "Error budgets are those of the objectives' own windows and policies, where the report ends.";
        foreach (var note in priced?.Notes ?? []) yield return note;
        if (priced is not null && report.Trend.Where(point => point.Loss is null).Select(point => point.Period).ToList() is { Count: > 0 } without)
            yield return $"No loss is told of {List(without)} in the trend: something with a price cannot be priced there, and a sum without it would look like less.";
        if (blipsCut) yield return $"Only the first {report.Blips.Length} suspicions that nothing confirmed are listed.";
    }

    public static IEnumerable<string> Method(MonthlyReport report, Policy policy)
    {
        yield return $"Policy {policy.Name}/{policy.Version}: {policy.About}";
        yield return string.Create(CultureInfo.InvariantCulture, $"Weights: degraded {policy.Degraded}, effectively down {policy.EffectivelyDown}, down {policy.Down}{(policy.MinOutage > Duration.Zero ? $"; outages shorter than {DurationText.Print(policy.MinOutage)} count as degraded" : "")}. Availability is 1 − lost time by weight ÷ counted time; shares are cut off, never rounded up to 100 %.");
        yield return $"As of journal position {report.AsOfPosition}, from {Exact.Format(report.Period.From)} to {Exact.Format(report.Period.KnownUntil)}, days of {report.Period.Zone} ({DateTimeZoneProviders.Tzdb.VersionId}).";
        if (report.Pricing is { } pricing) yield return $"Pricing with SHA-256 {pricing.Digest}, in {pricing.Currency}.";
        yield return "The same position, policy, pricing and period always give the same figures:";
        yield return $"nines report monthly {PeriodOption(report)} --zone {report.Period.Zone} --policy {policy.Name} --as-of {report.AsOfPosition}{(report.Selection is null ? "" : $" {report.Selection}")}";
    }

    private static string PeriodOption(MonthlyReport report) => report.Period.Name.Contains('/', StringComparison.Ordinal)
        ? $"--from {Exact.Format(report.Period.From)} --to {Exact.Format(report.Period.To)}"
        : $"--period {report.Period.Name}";

    private static string List(IEnumerable<string> names)
    {
        var all = names.ToList();
        return all.Count <= 12 ? string.Join(", ", all) : $"{string.Join(", ", all.Take(12))} and {all.Count - 12} more";
    }

    private static string Capital(string text) => text.Length == 0 ? text : char.ToUpperInvariant(text[0]) + text[1..];
    internal static string Short(string text) => text.Length <= 160 ? text : text[..159] + "…";
}
