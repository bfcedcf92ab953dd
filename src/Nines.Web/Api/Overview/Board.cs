using System.Collections.Immutable;
using Nines.Core.Components;
using Nines.Ledger;
using Nines.Ledger.Policies;
using Nines.Ledger.Reports;
using Nines.Pricing;
using Nines.Pricing.Attribution;
using Nines.Pricing.Money;
using Nines.Pricing.Plan;
using NodaTime;

namespace Nines.Web.Api.Overview;

/// <summary>A component as lists show it.</summary>
/// <param name="Days">The last 90, today's last.</param>
/// <param name="Month">Over the last 30 days, or as far back as it was watched.</param>
/// <param name="Quarter">Over the last 90 days.</param>
/// <param name="Loss">What its open outage has cost so far; null while none is open, it has no price, or it does not count.</param>
/// <param name="NotCounted">Why its open outage does not count under the policy in force; null while none is open, or it does.</param>
public sealed record Card(Standing Standing, ImmutableArray<DayTimes> Days, AvailabilityFigure Month, AvailabilityFigure Quarter, (Estimate Loss, Currency Currency)? Loss, string? NotCounted = null);

/// <summary>
/// How all components stand, kept between two looks: one is worked out anew only when its timeline has changed or while time alone changes it, its figures
/// once a minute, and a day that is over never again, unless a fact revises it. It belongs to whoever holds the ledger.
/// </summary>
internal sealed class Board(Func<LedgerProjection, PricingPlan?> pricing)
{
    public const int Days = 90;
    public const int Month = 30;

    private readonly Dictionary<ComponentId, Entry> entries = [];

    /// <summary>One component, and what is kept of it.</summary>
    private sealed class Entry
    {
        public required Standing Standing { get; set; }
        public long Version { get; set; } = -1;
        public object? Summary { get; set; }
        public object? Paused { get; set; }
        public bool IsUsersOwn { get; set; }
        public Instant? Frontier { get; set; }

        /// <summary>It becomes another as time passes, without any fact.</summary>
        public bool Moves { get; set; }

        public ImmutableArray<DayTimes> Days { get; set; } = [];
        public long DaysMinute { get; set; } = -1;
        public long DaysVersion { get; set; } = -1;

        /// <summary>Of the last 30 of the days.</summary>
        public Duration Watched { get; set; }

        public Duration Seen { get; set; }
        public int Revisions { get; set; }
        public int Imports { get; set; }
        public Instant DaysUntil { get; set; } = Instant.MinValue;

        public (long Version, long Minute, Policy Policy, AvailabilityFigure Month, AvailabilityFigure Quarter)? Figures { get; set; }
    }

    /// <summary>How every component of the config stands.</summary>
    public ImmutableArray<Standing> Look(LedgerProjection ledger)
    {
        var needed = ledger.Components.Where(component => component.InConfig).SelectMany(component => component.Summary?.Needs ?? []).ToHashSet();
        var all = ImmutableArray.CreateBuilder<Standing>(ledger.Components.Count);
        foreach (var component in ledger.Components)
            if (component.InConfig) all.Add(StandingOf(component, needed));
        return all.DrainToImmutable();
    }

    /// <summary>The seen share of the last 30 days' watched time of all components; null while there is none.</summary>
    public decimal? Coverage(LedgerProjection ledger)
    {
        var (watched, seen) = (Duration.Zero, Duration.Zero);
        foreach (var component in ledger.Components)
        {
            if (!component.InConfig || DaysOf(component) is not { } kept) continue;
            watched += kept.Watched;
            seen += kept.Seen;
        }
        return watched == Duration.Zero ? null : (decimal)seen.TotalSeconds / (decimal)watched.TotalSeconds;
    }

    public Card CardOf(LedgerProjection ledger, Standing standing)
    {
        var component = ledger.Find(standing.Id)!;
        var policy = ledger.PolicyInForce;
        var (month, quarter) = FiguresOf(component, policy);
        return new Card(standing, DaysOf(component)?.Days ?? [], month, quarter, LossOf(ledger, component, policy), standing.Outage is { } open ? OutageCounting.Of(open, policy).WhyNot : null);
    }

    /// <summary>What open outages have cost so far, all together.</summary>
    public CostSoFar CostOf(LedgerProjection ledger, IEnumerable<Standing> all)
    {
        var out_ = all.Where(one => one.Outage is not null || !one.RegionalOutages.IsEmpty).ToList();
        if (out_.Count == 0 || pricing(ledger) is not { } plan) return new CostSoFar.NotPriced();
        var policy = ledger.PolicyInForce;
        var (sum, of) = (Estimate.Zero, ImmutableArray.CreateBuilder<ComponentId>());
        try
        {
            foreach (var one in out_)
            {
                if (OpenLoss.Of(ledger.Find(one.Id)!, plan, policy) is not { } open) continue;
                sum += open.Loss.Total;
                of.Add(one.Id);
            }
        }
        catch (PricingException not)
        {
            return new CostSoFar.NotNow(not.Code);
        }
        if (of.Count == 0 && out_.Where(one => one.Outage is not null).Select(one => OutageCounting.Of(one.Outage!, policy).WhyNot).ToList() is [{ } first, .. var others] && others.All(why => why is not null)) return new CostSoFar.NotCounted(first);
        return of.Count == 0 ? new CostSoFar.NotPriced() : new CostSoFar.Known(sum, plan.Sources.Currency, of.ToImmutable());
    }

    /// <summary>Availability over the last so many days, or as far back as it was watched.</summary>
    public static AvailabilityFigure FigureOf(ComponentLedger component, Policy policy, Duration window)
    {
        if (component.Frontier is not { } frontier || component.WatchedFrom is not { } first || first >= frontier) return AvailabilityFigure.Unknown(policy);
        var from = Instant.Max(first, frontier - window);
        var seen = Reporter.Measure(component, policy, from, frontier);
        return new AvailabilityFigure(seen.Availability, seen.Coverage, policy, frontier - from);
    }

    private Standing StandingOf(ComponentLedger component, HashSet<ComponentId> needed)
    {
        var version = VersionOf(component);
        var isUsersOwn = !needed.Contains(component.Id);
        if (entries.TryGetValue(component.Id, out var kept))
        {
            var same = kept.Version == version && ReferenceEquals(kept.Summary, component.Summary) && ReferenceEquals(kept.Paused, component.Paused) && kept.IsUsersOwn == isUsersOwn;
            if (same && (!kept.Moves || kept.Frontier == component.Frontier && kept.Standing.Outage is null && kept.Standing.RegionalOutages.IsEmpty)) return kept.Standing;
        }
        var standing = Standing.Of(component, needed);
        if (kept is null) entries.Add(component.Id, kept = new Entry { Standing = standing });
        (kept.Standing, kept.Version, kept.Summary, kept.Paused, kept.IsUsersOwn, kept.Frontier) = (standing, version, component.Summary, component.Paused, isUsersOwn, component.Frontier);
        kept.Moves = component.OutagesMove || standing.Since is { } since && since.Latest >= component.Frontier;
        return standing;
    }

    /// <returns>What is kept of it, its days as of this minute; null while nothing was watched.</returns>
    private Entry? DaysOf(ComponentLedger component)
    {
        if (component.Frontier is not { } frontier || component.WatchedFrom is not { } begun || !entries.TryGetValue(component.Id, out var kept)) return null;
        var (minute, version) = (frontier.ToUnixTimeSeconds() / 60, component.Whole.Version);
        if (kept.DaysMinute == minute && kept.DaysVersion == version) return kept;

        var first = frontier.InUtc().Date.PlusDays(1 - Days);
        // What is revised begins with a fact, or at the frontier, where nobody watched on; only an import reaches anywhere.
        var changed = kept.DaysUntil;
        for (var i = kept.Revisions; i < component.Revisions.Count; i++) changed = Instant.Min(changed, component.Revisions[i].When.Earliest);
        var from = component.Imports.Count != kept.Imports ? first : LocalDate.Max(first, changed.InUtc().Date);
        var over = kept.Days.SkipWhile(day => day.Day < first).TakeWhile(day => day.Day < from).ToList();
        kept.Days = [.. over, .. DayTimes.Of(component.Whole, begun, over.Count > 0 ? from : first, frontier)];
        (kept.Watched, kept.Seen) = (Duration.Zero, Duration.Zero);
        foreach (var day in kept.Days.AsSpan()[Math.Max(0, kept.Days.Length - Month)..])
        {
            kept.Watched += day.Watched;
            kept.Seen += day.Watched - day[Core.State.Unknown];
        }
        (kept.DaysMinute, kept.DaysVersion, kept.DaysUntil, kept.Revisions, kept.Imports) = (minute, version, frontier, component.Revisions.Count, component.Imports.Count);
        return kept;
    }

    private (AvailabilityFigure Month, AvailabilityFigure Quarter) FiguresOf(ComponentLedger component, Policy policy)
    {
        if (!entries.TryGetValue(component.Id, out var kept)) return (AvailabilityFigure.Unknown(policy), AvailabilityFigure.Unknown(policy));
        var (version, minute) = (VersionOf(component), (component.Frontier?.ToUnixTimeSeconds() ?? 0) / 60);
        if (kept.Figures is { } before && before.Version == version && before.Minute == minute && ReferenceEquals(before.Policy, policy)) return (before.Month, before.Quarter);
        var (month, quarter) = (FigureOf(component, policy, Duration.FromDays(Month)), FigureOf(component, policy, Duration.FromDays(Days)));
        kept.Figures = (version, minute, policy, month, quarter);
        return (month, quarter);
    }

    private (Estimate, Currency)? LossOf(LedgerProjection ledger, ComponentLedger component, Policy policy)
    {
        if (component.Outages is not [.., { IsOpen: true }] || pricing(ledger) is not { } plan) return null;
        try
        {
            return OpenLoss.Of(component, plan, policy) is { } open ? (open.Loss.Total, plan.Sources.Currency) : null;
        }
        catch (PricingException)
        {
            return null; // the sentence says that it cannot be worked out, and why
        }
    }

    private static long VersionOf(ComponentLedger component)
    {
        var version = component.Whole.Version;
        foreach (var region in component.Regions) version += region.Value.Version;
        return version;
    }
}
