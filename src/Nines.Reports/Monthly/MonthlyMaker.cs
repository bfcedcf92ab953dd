using System.Collections.Immutable;
using System.Globalization;
using Nines.Core;
using Nines.Core.Components;
using Nines.Core.Timelines;
using Nines.Ledger;
using Nines.Ledger.Availability;
using Nines.Ledger.Documents;
using Nines.Ledger.Outages;
using Nines.Ledger.Policies;
using Nines.Ledger.Reports;
using Nines.Ledger.Text;
using Nines.Pricing.Attribution;
using Nines.Pricing.Losses;
using Nines.Pricing.Money;
using NodaTime;
using NodaTime.Text;

namespace Nines.Reports.Monthly;

/// <summary>Makes a <see cref="MonthlyReport"/> of a ledger. Pure: the same position, policy, pricing and period give the same report.</summary>
public sealed class MonthlyMaker
{
    /// <summary>How many outages the first page names.</summary>
    public const int WorstNamed = 5;

    private const int MostBlips = 1_000;

    private readonly LedgerProjection ledger;
    private readonly MonthlyRequest request;
    private readonly ImmutableArray<ComponentLedger> components;
    private readonly ImmutableHashSet<ComponentId> used;
    private readonly Instant from, to;
    private readonly PricedWindow? priced;
    private readonly Dictionary<ComponentId, ComponentLoss> losses = [];
    private readonly int steps;
    private int done;

    private MonthlyMaker(LedgerProjection ledger, MonthlyRequest request)
    {
        (this.ledger, this.request) = (ledger, request);
        (from, to) = Reporter.WindowOf(ledger, request.Policy, request.Period.From, request.Period.To);
        components = [.. ledger.Components.Where(component => request.Only?.Contains(component.Id) != false)];
        used = UsedByUsers(components);
        if (request.Plan is { } plan)
        {
            priced = PricedWindow.Of(ledger, plan, request.Policy, from, to, request.Only);
            losses = priced.Components.ToDictionary(component => component.Component);
        }
        steps = Math.Max(1, components.Length * 2);
    }

    /// <exception cref="ReportException">Nothing was watched yet, nothing of the period is known, or the policy is contradictory.</exception>
    /// <exception cref="Nines.Pricing.PricingException">A rate or a series does not reach there.</exception>
    public static MonthlyReport Make(LedgerProjection ledger, MonthlyRequest request) => new MonthlyMaker(ledger, request).Make();

    /// <summary>The first figures of a report alone, as it would say them.</summary>
    /// <inheritdoc cref="Make(LedgerProjection, MonthlyRequest)"/>
    public static (Told? Availability, Told? Loss) FiguresOf(LedgerProjection ledger, MonthlyRequest request)
    {
        var maker = new MonthlyMaker(ledger, request);
        var used = maker.components.Where(component => maker.used.Contains(component.Id)).Select(component => Reporter.Measure(component, request.Policy, maker.from, maker.to));
        return (Told.Of(Pooled.Availability(used), request.Policy), maker.priced is null ? null : Told.Of(maker.priced.Total, maker.Currency));
    }

    /// <summary>The components that no other of them needs.</summary>
    public static ImmutableHashSet<ComponentId> UsedByUsers(IEnumerable<ComponentLedger> components)
    {
        var needed = components.Where(component => component.InConfig).SelectMany(component => component.Summary?.Needs ?? []).ToHashSet();
        return [.. components.Select(component => component.Id).Where(id => !needed.Contains(id))];
    }

    private MonthlyReport Make()
    {
        var policy = request.Policy;
        var figures = components.ToDictionary(component => component.Id, component => Reporter.Make(component, policy, from, to));
        ImmutableArray<OutageLine> outages = [.. components.SelectMany(LinesOf).OrderBy(line => line.BeganEarliest).ThenBy(line => line.Component).ThenBy(line => line.Id, StringComparer.Ordinal)];
        ImmutableArray<ComponentSection> sections = [.. components.Select(component => Section(component, figures[component.Id]))];
        var summary = Summarize(figures, outages);
        var trend = new TrendMaker(ledger, request, components, used, Step).Make(to);
        var period = new PeriodDocument(request.Period.Name, request.Period.Title, request.Period.Zone.Id, request.Period.From, request.Period.To, to, ledger.WatchedFrom!.Value, to < request.Period.To);
        ImmutableArray<BlipLine> blips = [.. Blips().Take(MostBlips)];
        var report = new MonthlyReport
        {
            Schema = MonthlyReport.SchemaName,
            AsOfPosition = ledger.Position.Value,
            Period = period,
            Policy = PolicyDocument.Of(policy),
            Selection = request.Selection,
            Pricing = request.Plan is { } plan ? new PricingDocument(plan.Digest, plan.Sources.Currency.Code) : null,
            Summary = summary,
            Trend = trend,
            Components = sections,
            Outages = outages,
            Losses = priced is null ? null : LossesOf(priced),
            Budgets = [.. BudgetLines.Of(ledger, [.. components.Select(component => component.Id)], to)],
            Maintenance = [.. MaintenanceLines.Of(ledger, components, from, to)],
            Blips = blips,
            Corrections = request.Corrections,
            Notes = [],
            Method = [],
        };
        report = report with { Notes = [.. MonthlyText.Notes(report, policy, figures.Values, priced, blips.Length == MostBlips)], Method = [.. MonthlyText.Method(report, policy)] };
        return report with { Summary = summary with { Sentences = [.. MonthlyText.Sentences(report)] } };
    }

    private void Step()
    {
        done++;
        request.Progress?.Invoke(Math.Min(1, (double)done / steps));
    }

    private SummaryDocument Summarize(Dictionary<ComponentId, ComponentReport> figures, ImmutableArray<OutageLine> outages) => new()
    {
        UsedByUsers = [.. used.Order()],
        Availability = Told.Of(Pooled.Availability(used.Select(id => figures[id].Seen)), request.Policy),
        Coverage = Pooled.Coverage(used.Select(id => figures[id].Seen)),
        Outages = figures.Values.Sum(component => component.Outages),
        OpenOutages = figures.Values.Sum(component => component.OpenOutages),
        FalseAlarmsLeftOut = figures.Values.Sum(component => component.FalseAlarmsLeftOut),
        Loss = priced is null ? null : Told.Of(priced.Total, Currency),
        Liabilities = priced is null ? null : Told.Of(priced.Liabilities, Currency),
        NotPriced = [.. priced?.NotPriced.Select(one => one.Component) ?? []],
        Worst = [.. outages.Where(outage => outage.LostS.High > 0).OrderByDescending(outage => outage.Loss?.Likely ?? 0).ThenByDescending(outage => outage.Liabilities?.Likely ?? 0)
            .ThenByDescending(outage => used.Contains(outage.Component)).ThenByDescending(outage => outage.LostS.Likely).ThenByDescending(outage => outage.LostS.High)
            .ThenBy(outage => outage.BeganEarliest).ThenBy(outage => outage.Id, StringComparer.Ordinal).Take(WorstNamed).Select(outage => outage.Id)],
        Sentences = [],
    };

    private Currency Currency => request.Plan!.Sources.Currency;

    private IEnumerable<OutageLine> LinesOf(ComponentLedger component)
    {
        var reaching = component.Outages.Where(outage => outage.From < to && outage.KnownUntil > from).ToList();
        if (reaching.Count == 0) yield break;
        var loss = losses.GetValueOrDefault(component.Id)?.Episodes.ToDictionary(episode => episode.Episode.Id, StringComparer.Ordinal);
        var lost = loss?.ToDictionary(one => one.Key, one => one.Value.Episode, StringComparer.Ordinal)
            ?? Pricer.EpisodesOf(component, request.Policy, from, to).ToDictionary(episode => episode.Id, StringComparer.Ordinal);
        foreach (var outage in reaching)
            yield return Line(outage, lost.GetValueOrDefault(outage.Id), loss?.GetValueOrDefault(outage.Id), loss is not null);
    }

    private OutageLine Line(Outage outage, LostEpisode? lost, EpisodeLoss? loss, bool hasPrice) => new()
    {
        Id = outage.Id,
        Component = outage.Component,
        Status = outage.IsOpen ? "open" : "closed",
        WorstState = outage.Worst,
        BeganEarliest = outage.Began.Earliest,
        BeganLikely = outage.LikelyBegan,
        BeganLatest = outage.Began.Latest,
        EndedEarliest = outage.Ended?.Earliest,
        EndedLikely = outage.LikelyEnded,
        EndedLatest = outage.Ended?.Latest,
        LengthS = Told.Of(outage.Length),
        LostS = Told.OfSeconds(lost is null ? Estimate.Zero : Estimate.Spanning(lost.SurelyS, lost.LikelyS, lost.PossiblyS)),
        CorrectedByHand = outage.CorrectedTime?.Claim,
        NotCounted = OutageCounting.Of(outage, request.Policy).WhyNot,
        Cause = outage.Cause.Kind,
        Because = outage.Cause.Because,
        Code = outage.Cause.Code,
        Roots = [.. outage.Causes.SelectMany(share => share.Cause.Roots).Distinct()],
        Loss = hasPrice ? Told.Of(loss?.Total ?? Estimate.Zero, Currency) : null,
        Liabilities = hasPrice ? Told.Of(loss?.Liabilities ?? Estimate.Zero, Currency) : null,
        AcknowledgedAt = outage.Acknowledged?.At,
        AcknowledgedBy = outage.Acknowledged?.By,
    };

    private ComponentSection Section(ComponentLedger component, ComponentReport figures)
    {
        var loss = losses.GetValueOrDefault(component.Id);
        Step();
        return new ComponentSection
        {
            Component = component.Id,
            Kind = component.Summary?.Kind,
            UsedByUsers = used.Contains(component.Id),
            Availability = Told.Of(figures.Availability, request.Policy),
            DowntimeS = Told.Of(figures.Tally.Down),
            Loss = loss is null ? null : Told.Of(loss.Total, Currency),
            Liabilities = loss is null ? null : Told.Of(loss.Liabilities, Currency),
            Figures = ComponentReportDocument.Of(figures),
            Statistics = [.. MonthlyText.Statistics(figures)],
            Days = [.. request.Period.Days().Select(day => Day(component, day.Date, day.From, day.To))],
        };
    }

    private DayCell Day(ComponentLedger component, LocalDate date, Instant begin, Instant end)
    {
        var figures = Reporter.Measure(component, request.Policy, begin, Instant.Max(begin, Instant.Min(end, to)));
        return new DayCell(
            LocalDatePattern.Iso.Format(date), DocumentJson.Seconds(end - begin), Told.Of(figures.Availability, request.Policy), PercentText.Floor(figures.Coverage, 6),
            Enum.GetValues<State>().Where(state => figures.Tally.InState[(int)state] > Duration.Zero)
                .ToImmutableSortedDictionary(state => state.Word().Replace(' ', '_'), state => DocumentJson.Seconds(figures.Tally.InState[(int)state]), StringComparer.Ordinal));
    }

    private IEnumerable<BlipLine> Blips() =>
        components.SelectMany(component => component.Blips.Where(blip => blip.When.Earliest < to && blip.When.Latest > from)
            .Select(blip => new BlipLine(component.Id, blip.Probe.ToString(), blip.From.Value, blip.Suspected, blip.When.Earliest, blip.When.Latest, blip.Because?.Because)))
            .OrderBy(blip => blip.Earliest).ThenBy(blip => blip.Component);

    private LossSection LossesOf(PricedWindow all) => new(
        [.. all.Components.Where(component => component.Total.High > 0).OrderByDescending(component => component.Total.Likely).ThenBy(component => component.Component).Select(component => new LossLine(component.Component.Value, Told.Of(component.Total, Currency)))],
        [.. CauseShares(all).OrderByDescending(cause => cause.Loss.Likely).ThenBy(cause => cause.Name, StringComparer.Ordinal)],
        [.. Classes(all, LossClass.Revenue, LossClass.Stake)],
        [.. Classes(all, LossClass.Credits, LossClass.Claims, LossClass.Penalties)],
        [.. all.Cascade.GroupBy(share => share.Root).Select(root => new CascadeLine(root.Key, [.. root.Select(share => share.Dependant).Distinct().Order()], root.Count(), Told.Of(Estimate.Sum(root.Select(share => share.Amount)), Currency)))
            .OrderByDescending(line => line.Loss.Likely).ThenBy(line => line.Root)]);

    private IEnumerable<LossLine> Classes(PricedWindow all, params IEnumerable<LossClass> classes) =>
        classes.Select(kind => (Kind: kind, Amount: Estimate.Sum(all.Components.Select(component => component.Of(kind))))).Where(one => one.Amount.High > 0)
            .Select(one => new LossLine(one.Kind.ToString().ToLowerInvariant(), Told.Of(one.Amount, Currency)));

    /// <summary>Each episode's loss, cut by the share of its likely lost time that a cause accounts for; of one that was only possibly lost, by that.</summary>
    private IEnumerable<LossLine> CauseShares(PricedWindow all)
    {
        var sums = new Dictionary<string, Estimate>(StringComparer.Ordinal);
        foreach (var episode in all.Components.SelectMany(component => component.Episodes).Where(episode => episode.Total.High > 0))
        {
            var likely = episode.Episode.LikelyS;
            decimal Weight(LostSpan span) => (likely > 0 ? span.Likely : span.Possibly) * DocumentJson.Seconds(span.Length);
            var whole = episode.Episode.Spans.Sum(Weight);
            if (whole == 0) continue;
            foreach (var cause in episode.Episode.Spans.GroupBy(span => (span.Cause?.Kind ?? CauseKind.Unexplained).ToString().ToLowerInvariant()))
                sums[cause.Key] = sums.GetValueOrDefault(cause.Key) + episode.Total * (cause.Sum(Weight) / whole);
        }
        return sums.Where(one => one.Value.High > 0).Select(one => new LossLine(one.Key, Told.Of(one.Value, Currency)));
    }
}
