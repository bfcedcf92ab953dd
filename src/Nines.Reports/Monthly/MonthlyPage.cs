using System.Collections.Immutable;
using System.Globalization;
using Nines.Core;
using Nines.Core.Facts;
using Nines.Core.Components;
using Nines.Ledger.Documents;
using Nines.Ledger.Text;
using Nines.Reports.Pages;
using NodaTime;

namespace Nines.Reports.Monthly;

/// <summary>How a monthly report is shown.</summary>
public static class MonthlyPage
{
    /// <summary>Components, outages and other rows that are shown in a page, the worst first; documents have all.</summary>
    public const int MostComponents = 200, MostRows = 500;

    public static Page Of(MonthlyReport report)
    {
        var sections = ImmutableArray.CreateBuilder<Section>();
        sections.Add(First(report));
        sections.AddRange(Detail(report));
        var known = $"{InstantText.Of(report.Period.From)[..16]} to {InstantText.Of(report.Period.KnownUntil)[..16]} UTC{(report.Period.Zone == "UTC" ? "" : $", {report.Period.Zone}")}";
        return new Page(
            $"Availability report, {report.Period.Title}",
            $"{known}{(report.Selection is null ? "" : $", only {report.Selection}")}",
            $"{report.Period.Name} · policy {report.Policy.Name}/{report.Policy.Version} · as of position {report.AsOfPosition}{(report.Pricing is { } pricing ? $" · pricing {pricing.Digest[..12]}" : "")}",
            sections.ToImmutable());
    }

    private static Section First(MonthlyReport report)
    {
        var summary = report.Summary;
        var figures = ImmutableArray.CreateBuilder<KeyFigure>();
        figures.Add(Figure("Availability", summary.Availability, "nobody watched"));
        figures.Add(new KeyFigure("Watched", PercentText.Of(summary.Coverage, 1), "of the time that is judged"));
        figures.Add(new KeyFigure("Outages", Number(summary.Outages), $"{(summary.OpenOutages == 0 ? "none is open" : $"{summary.OpenOutages} still open")}{(summary.FalseAlarmsLeftOut == 0 ? "" : $", without {Counted.Of(summary.FalseAlarmsLeftOut, "false alarm")}")}"));
        figures.Add(Figure("Loss", summary.Loss, "nothing says what things cost"));
        if (summary.Liabilities is { High: > 0 }) figures.Add(Figure("Liabilities", summary.Liabilities, ""));
        if (report.Budgets is [var least, ..]) figures.Add(Figure("Least error budget left", least.Left, "") is var figure && figure.Beside.Length > 0 ? figure : figure with { Beside = $"{least.Objective.Objective} of {least.Objective.Component}" });
        var worst = summary.Worst.Select(id => report.Outages.First(outage => outage.Id == id)).ToList();
        return new Section(2, "In short",
        [
            new Block.Figures(figures.ToImmutable()),
            new Block.Words(string.Join(' ', summary.Sentences)),
            .. report.Corrections.IsEmpty ? (Block[])[] : [new Block.Lines(report.Corrections)],
            OutageTable("The worst outages", worst, report) with { WhenEmpty = "No outage is on record." },
            new Block.Trend("Availability by period, with its bounds", [.. report.Trend.Select(Mark)]),
            TrendTable(report),
        ]);
    }

    private static Block.Table TrendTable(MonthlyReport report) => new("The last periods on record",
        [new("Period"), new("Availability", true), new("Watched", true), new("Outages", true), .. report.Pricing is null ? (Column[])[] : [new("Loss", true)]],
        [.. report.Trend.Select(point => (ImmutableArray<string>)
        [
            $"{point.Period}{(point.InProgress ? ", in progress" : "")}", point.Availability?.Text ?? "unknown", PercentText.Of(point.Coverage, 1), Number(point.Outages), .. report.Pricing is null ? (string[])[] : [point.Loss?.Text ?? "no price"],
        ])]) { WhenEmpty = "Nothing is on record." };

    private static Block.Table BudgetTable(MonthlyReport report) => new("Error budgets where the report ends",
        [new("Objective"), new("Component"), new("Target", true), new("Window"), new("Attained", true), new("Budget left", true), new("State"), new("Forecast"), new("Policy")],
        [.. report.Budgets.Take(MostRows).Select(line => (ImmutableArray<string>)
        [
            line.Objective.Objective, line.Objective.Component.Value, new Percentage(line.Objective.Target).ToString(), line.Objective.Window, line.Attained?.Text ?? "unknown", line.Left.Text, line.State,
            line.Forecast ?? "too little was seen", $"{line.Objective.Policy}/{line.Objective.PolicyVersion}",
        ])]) { WhenEmpty = "No objective is on record." };

    private static KeyFigure Figure(string name, Told? told, string without) => told is null ? new KeyFigure(name, "unknown", without) : KeyFigure.Of(name, told.Text);

    private static TrendMark Mark(TrendPoint point)
    {
        var text = $"{point.Availability?.Text ?? "unknown"}, {PercentText.Of(point.Coverage, 1)} watched, {Number(point.Outages)} {(point.Outages == 1 ? "outage" : "outages")}{(point.Loss is { } loss ? $", loss {loss.Text}" : "")}{(point.InProgress ? ", in progress" : "")}";
        return new TrendMark(point.Period, (double?)point.Availability?.Low, (double?)point.Availability?.Likely, (double?)point.Availability?.High, text);
    }

    private static IEnumerable<Section> Detail(MonthlyReport report)
    {
        yield return new Section(2, "Components", [ComponentTable(report)]) { StartsPage = true };
        var shown = Ranked(report).Take(MostComponents).ToList();
        foreach (var component in shown) yield return Component(component, report);
        if (shown.Count < report.Components.Length)
            yield return new Section(3, "Further components", [new Block.Words($"{Number(report.Components.Length - shown.Count)} more components are in the table above, and with all their figures in the JSON form.")]);
        yield return new Section(2, "Outages", [OutageTable("Outages in order of onset", Cut(report.Outages, out var left), report), .. More(left)]) { StartsPage = true };
        if (report.Losses is { } losses) yield return Losses(losses);
        if (!report.Budgets.IsEmpty)
            yield return new Section(2, "Error budgets", [BudgetTable(report), .. More(report.Budgets.Length - MostRows), new Block.Lines([.. report.Budgets.Take(MostRows).SelectMany(line => line.Objective.Notes.Select(note => $"{line.Objective.Objective} of {line.Objective.Component}: {note}"))])]);
        yield return new Section(2, "Planned maintenance", [MaintenanceTable(Cut(report.Maintenance, out var windows)), .. More(windows)]);
        yield return new Section(2, "Suspicions that nothing confirmed", [BlipTable(Cut(report.Blips, out var blips)), .. More(blips)]);
        yield return new Section(2, "Notes and assumptions", [new Block.Lines(report.Notes)]);
        yield return new Section(2, "Method", [new Block.Lines([.. report.Method[..^1]]), new Block.Code(report.Method[^1])]);
    }

    /// <summary>What cost most, then what was out longest, comes first.</summary>
    private static IOrderedEnumerable<ComponentSection> Ranked(MonthlyReport report) =>
        report.Components.OrderByDescending(component => component.Loss?.Likely ?? 0).ThenByDescending(component => component.DowntimeS.Likely).ThenByDescending(component => component.DowntimeS.High).ThenBy(component => component.Component);

    private static Block.Table ComponentTable(MonthlyReport report)
    {
        var owes = report.Summary.Liabilities is { High: > 0 };
        return new Block.Table("Components",
        [new("Component"), new("Availability", true), new("Watched", true), new("Not served", true), new("Outages", true), .. report.Pricing is null ? (Column[])[] : [new("Loss", true)], .. owes ? (Column[])[new("Liabilities", true)] : []],
        [.. Ranked(report).Select(component => (ImmutableArray<string>)
        [
            component.Component.Value, component.Availability?.Text ?? "unknown", PercentText.Of(component.Figures.Coverage, 1), component.DowntimeS.Text,
            CountOf(component.Figures),
            .. report.Pricing is null ? (string[])[] : [component.Loss?.Text ?? "no price"], .. owes ? (string[])[component.Liabilities is { High: > 0 } owed ? owed.Text : "-"] : [],
        ])]) { WhenEmpty = "Nothing is on record." };
    }

    private static string CountOf(ComponentReportDocument figures)
    {
        string[] beside = [.. figures.OpenOutages == 0 ? (string[])[] : [$"{figures.OpenOutages} open"], .. figures.FalseAlarmsLeftOut == 0 ? (string[])[] : [$"without {Counted.Of(figures.FalseAlarmsLeftOut, "false alarm")}"]];
        return beside.Length == 0 ? Number(figures.Outages) : $"{Number(figures.Outages)} ({string.Join(", ", beside)})";
    }

    private static Section Component(ComponentSection component, MonthlyReport report)
    {
        var outages = report.Outages.Where(outage => outage.Component == component.Component).ToList();
        var blocks = ImmutableArray.CreateBuilder<Block>();
        blocks.Add(new Block.Words($"Available {component.Availability?.Text ?? "unknown"}; {PercentText.Of(component.Figures.Coverage, 1)} watched; not served {component.DowntimeS.Text}{(component.Loss is { } loss ? $"; loss {loss.Text}" : "")}."));
        blocks.Add(new Block.Days($"{component.Component} by day", [.. component.Days.Select(Day)]));
        if (outages.Count > 0) blocks.Add(new Block.Lines([.. outages.Take(10).Select(OutageSentence), .. outages.Count > 10 ? (string[])[$"and {outages.Count - 10} more, in the table of outages"] : []]));
        blocks.Add(new Block.Lines([.. component.Statistics.Select(statistic => $"{statistic.Name}: {statistic.Text}")]));
        return new Section(3, component.Component.Value, blocks.ToImmutable());
    }

    private static string ByHand(OutageLine outage) => outage.CorrectedByHand is not { } claim ? "" : claim switch
    {
        CorrectionClaim.Cause or CorrectionClaim.Withdrawn => "",
        CorrectionClaim.FalseAlarm => " (false alarm, corrected by hand)",
        CorrectionClaim.Bounds => " (bounds corrected by hand)",
    };

    private static string OutageSentence(OutageLine outage) =>
        $"{outage.Id}{ByHand(outage)}, {InstantText.Of(outage.BeganLikely)[..19]} UTC: {outage.WorstState.Word()} for {outage.LengthS.Text}{(outage.Status == "open" ? ", still open" : "")}{(outage.NotCounted is { } why ? $" ({why})" : "")}; {outage.Cause.ToString().ToLowerInvariant()}: {MonthlyText.Short(outage.Because)}";

    private static DayBar Day(DayCell day)
    {
        double Share(State state) => day.LengthS == 0 ? 0 : (double)(day.Of(state) / day.LengthS);
        var text = $"{day.Date}: {day.Availability?.Text ?? "unknown"}{(day.InStateS.IsEmpty ? ", not judged yet" : day.Coverage == 1 ? "" : $", {PercentText.Of(day.Coverage, 1)} watched")}";
        return new DayBar(day.Date, Share(State.Up), Share(State.Degraded), Share(State.EffectivelyDown), Share(State.Down), Share(State.Maintenance), Share(State.Unknown), text);
    }

    private static Block.Table OutageTable(string caption, IReadOnlyList<OutageLine> outages, MonthlyReport report) => new(caption,
        [new("Outage"), new("Began, UTC"), new("Lasted", true), new("State"), new("Cause"), .. report.Pricing is null ? (Column[])[] : [new("Loss", true)]],
        [.. outages.Select(outage => (ImmutableArray<string>)
        [
            $"{outage.Id}{ByHand(outage)}", InstantText.Of(outage.BeganLikely)[..19], $"{outage.LengthS.Text}{(outage.Status == "open" ? ", open" : "")}", outage.WorstState.Word(),
            $"{outage.Cause.ToString().ToLowerInvariant()}: {MonthlyText.Short(outage.Because)}", .. report.Pricing is null ? (string[])[] : [outage.NotCounted is null ? outage.Loss?.Text ?? "no price" : "does not count"],
        ])]) { WhenEmpty = "No outage is on record." };

    private static Section Losses(LossSection losses) => new(2, "Losses",
    [
        Chart("By component", losses.ByComponent), Chart("By cause", losses.ByCause), Chart("By class", losses.ByClass),
        .. losses.Liabilities.IsEmpty ? (Block[])[] : [Chart("Liabilities, in no sum with the losses", losses.Liabilities)],
        .. losses.Cascade.IsEmpty ? (Block[])[] :
        [
            new Block.Table("What roots cost what needs them", [new("Root"), new("Through"), new("Outages", true), new("Loss", true)],
                [.. losses.Cascade.Take(MostRows).Select(line => (ImmutableArray<string>)[line.Root.Value, string.Join(", ", line.Through.Select(id => id.Value)), Number(line.Outages), line.Loss.Text])]),
        ],
    ]) { StartsPage = true };

    private static Block.Bars Chart(string caption, ImmutableArray<LossLine> lines) => new(caption,
        [.. lines.Take(MostBars).Select(line => new Bar(line.Name, (double)line.Loss.Low, (double)line.Loss.Likely, (double)line.Loss.High, line.Loss.Text))]);

    private const int MostBars = 30;

    private static Block.Table MaintenanceTable(IReadOnlyList<MaintenanceLine> windows) => new("Windows that were declared",
        [new("Window"), new("From, UTC"), new("To, UTC"), new("Components"), new("Not up in it", true), new("Overran")],
        [.. windows.Select(window => (ImmutableArray<string>)
        [
            window.Window, InstantText.Of(window.From)[..16], $"{InstantText.Of(window.Ended)[..16]}{(window.Ended < window.To ? " (ended early)" : "")}", string.Join(", ", window.Components.Select(id => id.Value)),
            SpokenDuration.Of(DocumentJson.FromSeconds(window.NotUpS)),
            window.OverranBy.IsEmpty ? "no" : string.Join("; ", window.OverranBy.Select(overrun => $"{overrun.Outage} by {overrun.LengthS.Text}")),
        ])]) { WhenEmpty = "No window was declared." };

    private static Block.Table BlipTable(IReadOnlyList<BlipLine> blips) => new("One look that no second one agreed with: they count nothing unless the policy says so",
        [new("Between, UTC"), new("Probe"), new("From"), new("Looked"), new("Because")],
        [.. blips.Select(blip => (ImmutableArray<string>)[$"{InstantText.Of(blip.Earliest)[..19]} and {InstantText.Later(blip.Earliest, blip.Latest)[..^4]}", blip.Probe, blip.From, blip.Suspected.Word(), MonthlyText.Short(blip.Because ?? "-")])]) { WhenEmpty = "There were none." };

    private static IReadOnlyList<T> Cut<T>(ImmutableArray<T> rows, out int left)
    {
        left = Math.Max(0, rows.Length - MostRows);
        return left == 0 ? rows : rows[..MostRows];
    }

    private static IEnumerable<Block> More(int left) => left <= 0 ? [] : [new Block.Words($"{Number(left)} more are in the JSON and CSV forms.")];

    internal static string Number(int number) => number.ToString("N0", CultureInfo.InvariantCulture);
}
