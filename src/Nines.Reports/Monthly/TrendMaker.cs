using System.Collections.Immutable;
using Nines.Core.Components;
using Nines.Ledger;
using Nines.Ledger.Reports;
using Nines.Ledger.Policies;
using Nines.Ledger.Text;
using Nines.Pricing;
using Nines.Pricing.Attribution;
using Nines.Pricing.Money;
using Nines.Reports.Periods;
using NodaTime;

namespace Nines.Reports.Monthly;

/// <summary>The periods before a report's own, as far as anything is on record.</summary>
internal sealed class TrendMaker(LedgerProjection ledger, MonthlyRequest request, ImmutableArray<ComponentLedger> components, ImmutableHashSet<ComponentId> used, Action step)
{
    private const int LongestTrend = 60;

    /// <param name="to">Where the report ends, as far as it is known.</param>
    public ImmutableArray<TrendPoint> Make(Instant to)
    {
        var kind = request.Period.Kind == PeriodKind.Range ? PeriodKind.Month : request.Period.Kind;
        var periods = new List<ReportPeriod>();
        var period = ReportPeriod.Containing(to - Duration.FromTicks(1), kind, request.Period.Zone);
        for (; periods.Count < Math.Clamp(request.TrendLength, 1, LongestTrend) && period.To > ledger.WatchedFrom; period = period.Before()) periods.Insert(0, period);
        var losses = request.Plan is null ? null : LossesIn(periods, to);
        var points = ImmutableArray.CreateBuilder<TrendPoint>(periods.Count);
        for (var i = 0; i < periods.Count; i++) points.Add(Point(periods[i], to, losses?[i]));
        foreach (var _ in components) step();
        return points.ToImmutable();
    }

    private TrendPoint Point(ReportPeriod period, Instant to, Estimate? loss)
    {
        var end = Instant.Min(period.To, to);
        var figures = components.Where(component => used.Contains(component.Id)).Select(component => Reporter.Measure(component, request.Policy, period.From, end)).ToList();
        var outages = components.Sum(component => component.Outages.Count(outage => outage.From < end && outage.KnownUntil > period.From && !OutageCounting.LeavesOut(outage, request.Policy)));
        return new TrendPoint(
            period.Name, period.From, period.To, Told.Of(Pooled.Availability(figures), request.Policy), PercentText.Floor(Pooled.Coverage(figures), 6), outages,
            loss is { } amount ? Told.Of(amount, request.Plan!.Sources.Currency) : null, end < period.To);
    }

    /// <summary>What an outage across a border cost falls in both, each for its time. Null for a period that a rate or a series does not reach: a sum without somebody would look like less.</summary>
    private List<Estimate?> LossesIn(List<ReportPeriod> periods, Instant to) => [.. periods.Select(period => LossIn(period, to))];

    private Estimate? LossIn(ReportPeriod period, Instant to)
    {
        try
        {
            return Estimate.Sum(components.Where(component => request.Plan!.Of(component.Id).Any())
                .Select(component => Pricer.Price(component, request.Plan!, request.Policy, period.From, Instant.Min(period.To, to)).Total));
        }
        catch (PricingException)
        {
            return null;
        }
    }
}
