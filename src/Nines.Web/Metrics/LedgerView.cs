using System.Collections.Immutable;
using Nines.Core;
using Nines.Core.Components;
using Nines.Core.Facts;
using Nines.Ledger;
using Nines.Ledger.Objectives;
using Nines.Ledger.Policies;
using Nines.Ledger.Reports;
using Nines.Pricing;
using Nines.Pricing.Attribution;
using Nines.Pricing.Plan;
using NodaTime;

namespace Nines.Web.Metrics;

/// <summary>The components' figures as of a position and a frontier.</summary>
/// <param name="Stamp">Differs whenever a figure may.</param>
internal sealed record LedgerFigures(long Position, long Stamp, IReadOnlyList<ComponentFigures> Components)
{
    public static readonly LedgerFigures None = new(0, 0, []);
}

/// <summary>
/// The components' figures, kept between two scrapes. A component is worked out anew only when its timeline has changed, while what is seen of it
/// is not up, and once a minute, for its 30 days move. It belongs to whoever holds the ledger, and what it gave stays as it is.
/// </summary>
internal sealed class LedgerView(Func<LedgerProjection, PricingPlan?> pricing)
{
    /// <summary>What availability and coverage are of.</summary>
    public static readonly Duration Window = Duration.FromDays(30);

    private readonly Dictionary<ComponentId, Worked> worked = [];
    private long stamp;

    /// <summary>One component's figures, and what they depend on.</summary>
    private sealed record Worked(long Version, ComponentSummary? Summary, long Minute, Instant? Frontier, bool Moves, Policy Policy, ComponentFigures Figures);

    /// <param name="ledger">Always the same one.</param>
    public LedgerFigures Read(LedgerProjection ledger)
    {
        var figures = ImmutableArray.CreateBuilder<ComponentFigures>(ledger.Components.Count);
        var policy = ledger.PolicyInForce;
        foreach (var component in ledger.Components)
        {
            if (component.InConfig) figures.Add(Of(ledger, component, policy));
            else if (worked.Remove(component.Id)) stamp++;
        }
        return new LedgerFigures(ledger.Position.Value, stamp, figures.DrainToImmutable());
    }

    private ComponentFigures Of(LedgerProjection ledger, ComponentLedger component, Policy policy)
    {
        var frontier = component.Frontier;
        var version = component.Whole.Version + component.Regions.Values.Sum(track => track.Version);
        var minute = (frontier?.ToUnixTimeSeconds() ?? 0) / 60;
        // What nobody sees moves no figure but the coverage, which is by the minute.
        var moves = component.OutagesMove || component.Latest is { Likely: not State.Unknown } last && (last.Shown != State.Up || last.Worst != State.Up);
        worked.TryGetValue(component.Id, out var before);
        if (before is not null && before.Version == version && before.Minute == minute && ReferenceEquals(before.Policy, policy)
            && ReferenceEquals(before.Summary, component.Summary) && (!before.Moves || before.Frontier == frontier)) return before.Figures;
        stamp++;
        // An open outage moves its own figures with every look; those of objectives move with the minute.
        var same = before is not null && before.Version == version && before.Minute == minute && ReferenceEquals(before.Policy, policy) && ReferenceEquals(before.Summary, component.Summary);
        var figures = WorkOut(component, policy, before?.Figures, CostOf(ledger, component, policy), same ? before!.Figures.Objectives : ObjectivesOf(ledger, component, policy));
        worked[component.Id] = new Worked(version, component.Summary, minute, frontier, moves, policy, figures);
        return figures;
    }

    private static ComponentFigures WorkOut(ComponentLedger component, Policy policy, ComponentFigures? before, OpenCost? cost, ImmutableArray<ObjectiveFigures> objectives)
    {
        var summary = component.Summary;
        var frontier = component.Frontier;
        var kind = summary is null ? null : summary.Kind.ToString().ToLowerInvariant();
        var report = Report(component, policy);
        var open = component.Outages is [.., { IsOpen: true } last] ? last : null;
        return new ComponentFigures
        {
            Labels = before?.Labels ?? new LabelSet(("component", component.Id.Value)),
            WithKind = before?.WithKind is { } kept && kept.Pairs.Length == 2 && kind is not null && (string)kept.Pairs[1].Value! == kind ? kept : new LabelSet(("component", component.Id.Value), ("kind", kind)),
            State = component.Latest?.Shown ?? State.Unknown,
            Regions = component.Regions.Count < 2 ? [] :
                [.. component.Regions.Select(region => (new LabelSet(("component", component.Id.Value), ("kind", kind), ("region", region.Key)), region.Value.Last?.Shown ?? State.Unknown))],
            EffectivelyDown = TimeIn(State.EffectivelyDown, component, frontier),
            Down = TimeIn(State.Down, component, frontier),
            Availability = report?.Availability,
            Coverage = (double)(report?.Coverage ?? 0),
            Resolution = report?.Resolution ?? summary?.Resolution,
            OutagesNamed = component.OutagesNamed,
            OpenSince = open is null ? null : (open.Began.Earliest, open.LikelyBegan, open.Began.Latest),
            IsAcknowledged = open?.Acknowledged is not null,
            Cost = cost,
            Objectives = objectives,
        };
    }

    /// <summary>Of the open outage, under the policy; null while none is open, it has no price, or its pricing cannot be used now (whoever opens it says so).</summary>
    private OpenCost? CostOf(LedgerProjection ledger, ComponentLedger component, Policy policy)
    {
        if (component.Outages is not [.., { IsOpen: true }] || pricing(ledger) is not { } plan) return null;
        try
        {
            return OpenLoss.Of(component, plan, policy) is { } open ? new OpenCost(new LabelSet(("component", component.Id.Value), ("currency", plan.Sources.Currency.Code)), open.Loss.Total, open.Minute) : null;
        }
        catch (PricingException)
        {
            return null; // a rate of today is missing, say: nines price now says which
        }
    }

    private static ImmutableArray<ObjectiveFigures> ObjectivesOf(LedgerProjection ledger, ComponentLedger component, Policy policy)
    {
        if (ledger.Objectives.IsEmpty || component.WatchedFrom is null || ledger.Frontier <= ledger.WatchedFrom) return [];
        var reporter = new ObjectiveReporter(ledger);
        var figures = ImmutableArray.CreateBuilder<ObjectiveFigures>();
        foreach (var objective in ledger.Objectives)
        {
            // A policy that only another version has: the verb says so, and the others' figures stay.
            if (objective.Policy is { } own && ledger.FindPolicy(own) is null) continue;
            if (reporter.Make(objective, component, objective.Policy is null ? policy : null) is not { } report) continue;
            figures.Add(new ObjectiveFigures(
                new LabelSet(("objective", objective.Name), ("component", component.Id.Value)), report.Budget.LeftShare, [.. report.Burn.Select(burn => (Windows[burn.Pair.Name], burn.Long.Likely))]));
        }
        return figures.ToImmutable();
    }

    private static readonly Dictionary<string, LabelSet> Windows = BurnPair.All.ToDictionary(pair => pair.Name, pair => new LabelSet(("window", pair.Name)), StringComparer.Ordinal);

    private static ComponentReport? Report(ComponentLedger component, Policy policy)
    {
        if (component.Frontier is not { } frontier || component.WatchedFrom is not { } first || first >= frontier) return null;
        return Reporter.Make(component, policy, Instant.Max(first, frontier - Window), frontier);
    }

    /// <summary>Time outside of windows in which it was surely, likely and possibly in the state or a worse one. Unseen time is in none of them: it is in the coverage.</summary>
    private static DownTime TimeIn(State state, ComponentLedger component, Instant? frontier)
    {
        if (frontier is not { } end || component.WatchedFrom is not { } begin) return default;
        var (surely, likely, possibly) = (Duration.Zero, Duration.Zero, Duration.Zero);
        // Of Nines' own time only: an import must not make counters jump.
        foreach (var stretch in component.Own.Within(begin, end))
        {
            var segment = stretch.Segment;
            if (segment.Window is not null || segment.Likely == State.Unknown) continue;
            if (segment.Best >= state) surely += stretch.Length;
            if (segment.Likely >= state) likely += stretch.Length;
            if (segment.Worst >= state) possibly += stretch.Length;
        }
        return new DownTime(surely.TotalSeconds, likely.TotalSeconds, possibly.TotalSeconds);
    }
}
