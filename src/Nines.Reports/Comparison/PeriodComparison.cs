using System.Collections.Immutable;
using System.Globalization;
using Nines.Core.Components;
using Nines.Ledger;
using Nines.Ledger.Availability;
using Nines.Ledger.Documents;
using Nines.Ledger.Policies;
using Nines.Ledger.Reports;
using Nines.Ledger.Text;
using Nines.Pricing.Attribution;
using Nines.Pricing.Money;
using Nines.Pricing.Plan;
using Nines.Reports.Monthly;
using Nines.Reports.Pages;
using Nines.Reports.Periods;
using NodaTime;

namespace Nines.Reports.Comparison;

/// <summary>Two periods side by side, with their differences, and whether these are more than chance (nines.periods/1).</summary>
public sealed record PeriodComparison(
    string Schema, long AsOfPosition, PolicyDocument Policy, PricingDocument? Pricing, string? Selection, PeriodSpan A, PeriodSpan B, ComparedRow Together, ImmutableArray<ComparedRow> Components, ImmutableArray<string> Notes)
{
    public const string SchemaName = "nines.periods/1";
}

/// <param name="KnownUntil">Where figures end.</param>
public sealed record PeriodSpan(string Name, string Title, Instant From, Instant To, Instant KnownUntil);

/// <param name="Component">Null for what users use, together.</param>
/// <param name="DifferencePoints">B less A in percentage points, from the least to the most that the bounds of both allow; null where one is unknown.</param>
/// <param name="OutagesByChance">The chance of numbers at least so unequal if outages came equally often; null where nothing was watched.</param>
/// <param name="DowntimeByChance">The chance of shares of downtime at least so unequal if they were the same; null where one has no closed outage.</param>
public sealed record ComparedRow(
    ComponentId? Component, PeriodFigures A, PeriodFigures B, Told? DifferencePoints, Told? LossDifference, double? OutagesByChance, double? DowntimeByChance, string Verdict);

public sealed record PeriodFigures(Told? Availability, decimal Coverage, Told DowntimeS, int Outages, Told? Loss);

/// <summary>Makes a <see cref="PeriodComparison"/>. Pure.</summary>
public sealed class ComparisonMaker(LedgerProjection ledger, Policy policy, PricingPlan? plan, ImmutableHashSet<ComponentId>? only)
{
    /// <exception cref="ReportException">Nothing of a period is known.</exception>
    public PeriodComparison Make(ReportPeriod a, ReportPeriod b, string? selection)
    {
        ImmutableArray<ComponentLedger> components = [.. ledger.Components.Where(component => only?.Contains(component.Id) != false)];
        var used = MonthlyMaker.UsedByUsers(components);
        var (first, second) = (Measured.Of(ledger, policy, plan, only, components, a), Measured.Of(ledger, policy, plan, only, components, b));
        return new PeriodComparison(
            PeriodComparison.SchemaName, ledger.Position.Value, PolicyDocument.Of(policy), plan is null ? null : new PricingDocument(plan.Digest, plan.Sources.Currency.Code), selection, first.Span, second.Span,
            Row(null, first, second, [.. used]), [.. components.Select(component => Row(component.Id, first, second, [component.Id]))],
            [
                "A difference is that of the second period less the first; in brackets what the bounds of both allow.",
                $"More than chance: if outages came equally often, or took an equal share of the time, a difference at least so large would come by chance in fewer than {Chance.Level * 100:0} of 100 pairs of such periods. Outages are taken as a Poisson process, up and down times as exponential. Many components are many comparisons: of 20 that are alike, one differs so by chance.",
                .. plan is null ? (string[])["Nothing says what things cost: losses are not compared."] : [],
                .. first.Coverage < 0.9995m || second.Coverage < 0.9995m ? (string[])["What was not watched is in neither figure."] : [],
            ]);
    }

    private ComparedRow Row(ComponentId? component, Measured a, Measured b, IReadOnlyCollection<ComponentId> of)
    {
        var (left, right) = (a.Together(of, policy), b.Together(of, policy));
        Told? points = null;
        if (left.Share is { } x && right.Share is { } y)
        {
            var (low, likely, high) = ((y.Low - x.High) * 100, (y.Likely - x.Likely) * 100, (y.High - x.Low) * 100);
            points = new Told(low, likely, high, Told.Ranged(Signed(likely), Signed(low), Signed(high)));
        }
        var currency = plan?.Sources.Currency;
        var loss = left.Loss is { } was && right.Loss is { } now ? LossDifference(was, now, currency!.Value) : null;
        double? rates = left.WatchedS > 0 && right.WatchedS > 0 ? Chance.OfRates(left.Began, left.WatchedS, right.Began, right.WatchedS) : null;
        double? ratios = left is { Closed: > 0, Ratio: > 0 } && right is { Closed: > 0, Ratio: > 0 } ? Chance.OfRatios(left.Closed, left.Ratio, right.Closed, right.Ratio) : null;
        return new ComparedRow(component, left.Figures, right.Figures, points, loss, rates, ratios, Verdict(left, right, rates, ratios));
    }

    private static Told LossDifference(Estimate was, Estimate now, Currency currency)
    {
        var (low, likely, high) = (now.Low - was.High, now.Likely - was.Likely, now.High - was.Low);
        return new Told(low, likely, high, MoneyText.Of(low, likely, high, currency));
    }

    private static string Signed(decimal points) => $"{(points > 0 ? "+" : "")}{decimal.Round(points, 3).ToString("0.000", CultureInfo.InvariantCulture)}";

    private static string Verdict(Joint a, Joint b, double? rates, double? ratios)
    {
        if (a.Share is null || b.Share is null) return "one of them is unknown";
        if (a.Began + b.Began == 0) return "no outage began in either";
        var parts = new List<string>(2);
        if (rates is { } often) parts.Add(often < Chance.Level ? $"outages {(b.Began / b.WatchedS > a.Began / a.WatchedS ? "more" : "less")} often, more than chance (p {Text(often)})" : $"number of outages within chance (p {Text(often)})");
        if (ratios is { } down) parts.Add(down < Chance.Level ? $"{(b.Ratio > a.Ratio ? "more" : "less")} downtime, more than chance (p {Text(down)})" : $"downtime within chance (p {Text(down)})");
        return string.Join("; ", parts);
    }

    private static string Text(double chance) => chance < 0.001 ? "< 0.001" : chance.ToString("0.000", CultureInfo.InvariantCulture);

    /// <summary>One or more components over a period, as one.</summary>
    private sealed record Joint(PeriodFigures Figures, Share? Share, Estimate? Loss, int Began, int Closed, double WatchedS, double Ratio);

    /// <summary>All components over a period.</summary>
    private sealed record Measured(PeriodSpan Span, Dictionary<ComponentId, (ComponentLedger Ledger, ComponentReport Report)> Reports, Dictionary<ComponentId, ComponentLoss>? Losses, Instant From, Currency? Currency)
    {
        /// <summary>Components whose price could not be reckoned in this period.</summary>
        public required ImmutableHashSet<ComponentId> NotPriced { get; init; }

        public decimal Coverage => Pooled.Coverage(Reports.Values.Select(one => one.Report.Seen));

        public static Measured Of(LedgerProjection ledger, Policy policy, PricingPlan? plan, ImmutableHashSet<ComponentId>? only, ImmutableArray<ComponentLedger> components, ReportPeriod period)
        {
            var (from, to) = Reporter.WindowOf(ledger, policy, period.From, period.To);
            var priced = plan is null ? null : PricedWindow.Of(ledger, plan, policy, from, to, only);
            return new Measured(
                new PeriodSpan(period.Name, period.Title, period.From, period.To, to), components.ToDictionary(component => component.Id, component => (component, Reporter.Make(component, policy, from, to))),
                priced?.Components.ToDictionary(component => component.Component), from, plan?.Sources.Currency) { NotPriced = [.. priced?.NotPriced.Select(one => one.Component) ?? []] };
        }

        public Joint Together(IReadOnlyCollection<ComponentId> of, Policy policy)
        {
            var rows = of.Select(id => Reports[id].Report).ToList();
            var share = Pooled.Availability(rows.Select(row => row.Seen));
            // What nothing prices, or nobody saw, lost an unknown amount and not nothing.
            List<ComponentLoss> priced = [.. of.Select(id => Losses?.GetValueOrDefault(id)).OfType<ComponentLoss>()];
            Estimate? loss = priced.Count == 0 || share is null || of.Any(NotPriced.Contains) ? null : Estimate.Sum(priced.Select(one => one.Total));
            var (down, counted, watched) = (rows.Sum(row => row.Tally.Down.Likely.TotalSeconds), rows.Sum(row => row.Tally.Counted.TotalSeconds), rows.Sum(row => (row.Tally.Window - row.Tally.Unknown).TotalSeconds));
            // Began here, as mean time between failures counts them.
            var began = of.Sum(id => Reports[id].Ledger.Outages.Count(outage => outage.LikelyBegan >= From && outage.LikelyBegan < Span.KnownUntil && !OutageCounting.LeavesOut(outage, policy)));
            var length = rows.Aggregate(Length.Zero, (sum, row) => sum + row.Tally.Down);
            return new Joint(
                new PeriodFigures(Told.Of(share, policy), PercentText.Floor(Pooled.Coverage(rows.Select(row => row.Seen)), 6), Told.Of(length), rows.Sum(row => row.Outages), loss is { } amount ? Told.Of(amount, Currency!.Value) : null),
                share, loss, began, rows.Sum(row => row.Outages - row.OpenOutages), watched, counted - down > 0 ? down / (counted - down) : 0);
        }
    }
}

/// <summary>How a comparison is shown.</summary>
public static class ComparisonPage
{
    private const int MostRows = 500;

    public static Page Of(PeriodComparison compared)
    {
        var (a, b) = (compared.A.Name, compared.B.Name);
        return new Page(
            $"{compared.A.Title} and {compared.B.Title} compared", compared.Selection is null ? "All components on record" : $"Only {compared.Selection}",
            $"policy {compared.Policy.Name}/{compared.Policy.Version} · as of position {compared.AsOfPosition}{(compared.Pricing is { } pricing ? $" · pricing {pricing.Digest[..12]}" : "")}",
            [
                new Section(2, "What users use, together", [Both(compared), new Block.Words($"{Capital(compared.Together.Verdict)}.")]),
                new Section(2, "Components",
                [
                    new Block.Table($"{b} beside {a}", [new("Component"), new(a, true), new(b, true), new("Points", true), new($"Outages {a}", true), new($"Outages {b}", true), .. compared.Pricing is null ? (Column[])[] : [new("Loss differs by", true)], new("Is it chance?")],
                        [.. compared.Components.Take(MostRows).Select(row => (ImmutableArray<string>)
                        [
                            row.Component!.Value.Value, row.A.Availability?.Text ?? "unknown", row.B.Availability?.Text ?? "unknown", row.DifferencePoints?.Text ?? "-", MonthlyPage.Number(row.A.Outages), MonthlyPage.Number(row.B.Outages),
                            .. compared.Pricing is null ? (string[])[] : [row.LossDifference?.Text ?? "-"], row.Verdict,
                        ])]),
                    .. compared.Components.Length > MostRows ? (Block[])[new Block.Words($"{compared.Components.Length - MostRows} more are in the JSON and CSV forms.")] : [],
                ]),
                new Section(2, "Notes", [new Block.Lines(compared.Notes)]),
            ]);
    }

    private static Block.Table Both(PeriodComparison compared)
    {
        var row = compared.Together;
        return new Block.Table("Side by side", [new("Figure"), new(compared.A.Name, true), new(compared.B.Name, true), new("Difference", true)],
        [
            ["Availability", row.A.Availability?.Text ?? "unknown", row.B.Availability?.Text ?? "unknown", row.DifferencePoints is { } points ? $"{points.Text} points" : "-"],
            ["Watched", PercentText.Of(row.A.Coverage, 1), PercentText.Of(row.B.Coverage, 1), "-"],
            ["Not served", row.A.DowntimeS.Text, row.B.DowntimeS.Text, "-"],
            ["Outages", MonthlyPage.Number(row.A.Outages), MonthlyPage.Number(row.B.Outages), (row.B.Outages - row.A.Outages).ToString("+0;-0;0", CultureInfo.InvariantCulture)],
            .. row.LossDifference is { } loss ? (ImmutableArray<string>[])[["Loss", row.A.Loss!.Text, row.B.Loss!.Text, loss.Text]] : [],
        ]);
    }

    private static string Capital(string text) => text.Length == 0 ? text : char.ToUpperInvariant(text[0]) + text[1..];
}
