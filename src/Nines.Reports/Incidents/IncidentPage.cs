using System.Collections.Immutable;
using Nines.Core;
using Nines.Ledger.Documents;
using Nines.Ledger.Text;
using Nines.Reports.Pages;
using NodaTime;

namespace Nines.Reports.Incidents;

/// <summary>How an incident is shown.</summary>
public static class IncidentPage
{
    private const int MostEvents = 300;

    public static Page Of(IncidentReport report)
    {
        var outage = report.Outage;
        return new Page(
            $"Incident {outage.Id}: {outage.Component}{(outage.Region is null ? "" : $", {outage.Region}")}",
            $"{outage.WorstState.Word()}, {InstantText.Of(outage.BeganLikely)[..19]} UTC, {(outage.Status == "open" ? "open" : "closed")}",
            $"{outage.Id} · policy {report.Policy.Name}/{report.Policy.Version} · as of position {report.AsOfPosition}{(report.Pricing is { } pricing ? $" · pricing {pricing.Digest[..12]}" : "")}",
            [.. Sections(report)]);
    }

    private static IEnumerable<Section> Sections(IncidentReport report)
    {
        var outage = report.Outage;
        yield return new Section(2, "In short",
        [
            new Block.Figures(
            [
                Figure("Not served", report.LengthS), new KeyFigure("Cause", outage.Cause.ToString().ToLowerInvariant(), outage.Code ?? ""),
                report.Cost is { } cost ? Figure("Loss", cost.Loss) : new KeyFigure("Loss", "unknown", report.Pricing is null ? "nothing says what things cost" : outage.NotCounted is null ? "it has no price" : "it does not count"),
                .. report.Budgets.Take(1).Select(budget => new KeyFigure("Of the error budget", budget.ShareText, budget.Objective)),
            ]),
            new Block.Words(string.Join(' ', report.Sentences)),
            new Block.Table("Bounds", [new("What"), new("Earliest, UTC"), new("Likely, UTC"), new("Latest, UTC")],
            [
                ["began", InstantText.Of(outage.BeganEarliest), InstantText.Of(outage.BeganLikely), InstantText.Of(outage.BeganLatest)],
                .. outage.Observed is { } observed ? (ImmutableArray<string>[])[["began, as observed", InstantText.Of(observed.BeganEarliest), "", InstantText.Of(observed.BeganLatest)]] : [],
                .. outage.EndedEarliest is { } ended ? (ImmutableArray<string>[])[["ended", InstantText.Of(ended), InstantText.Of(outage.EndedLikely!.Value), InstantText.Of(outage.EndedLatest!.Value)]] : [],
                .. outage.Observed is { EndedEarliest: { } over, EndedLatest: { } gone } ? (ImmutableArray<string>[])[["ended, as observed", InstantText.Of(over), "", InstantText.Of(gone)]] : [],
            ]),
        ]);
        yield return new Section(2, "Timeline",
        [
            new Block.Table("What happened, and which fact says so", [new("Between, UTC"), new("What"), new("Position", true)],
                [.. report.Timeline.Take(MostEvents).Select(one => (ImmutableArray<string>)[When(one), one.What, one.Position?.ToString(System.Globalization.CultureInfo.InvariantCulture) ?? "-"])]),
            .. report.Timeline.Length > MostEvents ? (Block[])[new Block.Words($"{report.Timeline.Length - MostEvents} more are in the JSON form.")] : [],
        ]);
        yield return new Section(2, "Cause",
        [
            new Block.Lines([.. outage.Causes.Select((cause, index) => $"{(index == 0 ? "Cause" : "Also")}: {cause.Kind.ToString().ToLowerInvariant()}, {Spoken(cause.LikelyS)} likely: {cause.Because}")]),
            .. outage.JudgedCauses is { } judged ? (Block[])[new Block.Lines([$"Corrected {InstantText.Of(outage.CorrectedAt!.Value)[..19]} UTC by {outage.CorrectedBy}. What was judged:", .. judged.Select(cause => $"{cause.Kind.ToString().ToLowerInvariant()}, {Spoken(cause.LikelyS)} likely: {cause.Because}")])] : [],
            new Block.Lines(report.Reasoning),
        ]);
        if (!report.Roots.IsEmpty || !report.Dependants.IsEmpty) yield return new Section(2, "Cascade", [Related("What it came from", report.Roots), Related("What came from it", report.Dependants)]);
        if (report.Cost is { } priced) yield return Cost(priced);
        yield return new Section(2, "Who was told",
        [
            new Block.Table("Notices", [new("When, UTC"), new("Channel"), new("Of its"), new("After", true), new("Delivered")],
                [.. report.Notices.Select(notice => (ImmutableArray<string>)[InstantText.Of(notice.At)[..19], notice.Channel, notice.Phase == "opened" ? "beginning" : "end", Spoken(notice.AfterS), notice.Failed ?? "yes"])]) { WhenEmpty = "No notice of it is on record." },
            new Block.Words(outage.AcknowledgedAt is { } at ? $"Acknowledged {InstantText.Of(at)[..19]} UTC by {outage.AcknowledgedBy}{(outage.AcknowledgedNote is { } note ? $": {note}" : "")}." : "Nobody acknowledged it."),
        ]);
        if (!report.Budgets.IsEmpty)
            yield return new Section(2, "Error budgets", [new Block.Table("What it took", [new("Objective"), new("Target", true), new("Window"), new("Took", true), new("Of the budget", true)],
                [.. report.Budgets.Select(budget => (ImmutableArray<string>)[budget.Objective, new Percentage(budget.Target).ToString(), budget.Window, budget.SpentS.Text, budget.ShareText])])]);
        if (!report.Shorter.IsEmpty) yield return new Section(2, "What the facts say of its length", [new Block.Lines(report.Shorter)]);
        yield return new Section(2, "Notes", [new Block.Lines(report.Notes)]);
        yield return new Section(2, "Method", [new Block.Lines([.. report.Method[..^1]]), new Block.Code(report.Method[^1])]);
    }

    private static Section Cost(IncidentCost cost) => new(2, "Cost",
    [
        new Block.Words($"Loss {cost.Loss.Text}{(cost.Liabilities.High > 0 ? $"; liabilities, in no sum with it, {cost.Liabilities.Text}" : "")}."),
        .. cost.Workings.Select(model => new Block.Table($"How {model.Model} reckons", [new("Step"), new("How"), new("Value", true), new("Source")],
            [.. model.Steps.Select(step => (ImmutableArray<string>)[step.Name, step.Formula.Length == 0 ? "given" : step.Formula, step.Unit.Length == 0 ? step.Value : $"{step.Value} {step.Unit}", step.Source ?? "-"])])),
        new Block.Lines([.. cost.Detail.Models.SelectMany(model => model.Spread.Select(reason => $"{model.Model}, spread: {reason.Because}"))]),
    ]);

    private static Block.Table Related(string caption, ImmutableArray<RelatedOutage> related) => new(caption, [new("Component"), new("Outage"), new("Began, UTC"), new("Lasted", true), new("Loss through this", true)],
        [.. related.Select(one => (ImmutableArray<string>)[one.Component.Value, one.Outage, InstantText.Of(one.BeganLikely)[..19], one.LengthS.Text, one.Loss?.Text ?? "-"])]) { WhenEmpty = $"{caption}: nothing." };

    private static string When(IncidentEvent one) => one.Earliest == one.Latest ? InstantText.Of(one.Earliest) : $"{InstantText.Of(one.Earliest)} and {InstantText.Later(one.Earliest, one.Latest)}";

    private static string Spoken(decimal seconds) => SpokenDuration.Of(DocumentJson.FromSeconds(seconds));

    private static KeyFigure Figure(string name, Told told) => KeyFigure.Of(name, told.Text);
}
