using System.Collections.Immutable;
using Nines.Core;
using Nines.Core.Components;
using Nines.Ledger;
using Nines.Ledger.Objectives;
using Nines.Ledger.Reports;
using Nines.Web.Live;
using NodaTime;

namespace Nines.Web.Api.Overview;

/// <summary>
/// Which objectives are at risk. They are worked out beside the requests, a few components at a turn, at most once a minute: nobody waits for
/// them but the first who asks. Safe for concurrent use.
/// </summary>
public sealed class BudgetBoard(LiveLedger ledger, TimeProvider time)
{
    /// <summary>After this long they are worked out again; sooner when what is broken has changed.</summary>
    private static readonly TimeSpan GoodFor = TimeSpan.FromMinutes(1), AtLeast = TimeSpan.FromSeconds(5), Turn = TimeSpan.FromMilliseconds(20);

    private readonly Lock gate = new();
    private Task? running;
    private ImmutableArray<ObjectiveRisk> last = [];
    private bool isKnown;
    private long madeAt;
    private string madeFor = "";

    /// <summary>As they were last worked out; only the first who asks waits.</summary>
    public async Task<ImmutableArray<ObjectiveRisk>> ReadAsync(CancellationToken cancellation)
    {
        Task own;
        lock (gate)
        {
            if (isKnown) return last;
            own = Begin("");
        }
        await own.WaitAsync(cancellation);
        lock (gate) return last;
    }

    /// <summary>Has them worked out again, beside, if it is time to.</summary>
    /// <param name="broken">What is broken now: a change of it does not wait for the minute.</param>
    public void Renew(string broken)
    {
        lock (gate)
        {
            var age = time.GetElapsedTime(madeAt);
            if (age >= GoodFor || (age >= AtLeast && broken != madeFor)) _ = Begin(broken);
        }
    }

    private Task Begin(string broken)
    {
        if (running is { IsCompleted: false }) return running;
        (madeFor, madeAt) = (broken, time.GetTimestamp());
        return running = Task.Run(MakeAsync, CancellationToken.None);
    }

    private async Task MakeAsync()
    {
        var risks = new List<ObjectiveRisk>();
        for (ComponentId? next = default(ComponentId); next is { } from;) next = await ledger.ReadAsync(ledger => Some(ledger, from, risks));
        ImmutableArray<ObjectiveRisk> made = [.. risks.OrderByDescending(risk => risk.State).ThenBy(risk => risk.Left.Likely).ThenBy(risk => risk.Objective, StringComparer.Ordinal).ThenBy(risk => risk.Component)];
        lock (gate) (last, isKnown) = (made, true);
    }

    /// <summary>As many components as fit into one turn at the ledger, from one on.</summary>
    /// <returns>Where to go on; null at the end.</returns>
    private ComponentId? Some(LedgerProjection ledger, ComponentId from, List<ObjectiveRisk> risks)
    {
        if (ledger.Objectives.IsEmpty || ledger.Frontier is not { } frontier || ledger.WatchedFrom is not { } first || frontier <= first) return null;
        var began = time.GetTimestamp();
        var reporter = new ObjectiveReporter(ledger);
        foreach (var component in ledger.Components)
        {
            if (component.Id.CompareTo(from) < 0 || !component.InConfig) continue;
            if (time.GetElapsedTime(began) > Turn && component.Id != from) return component.Id;
            foreach (var objective in ledger.Objectives)
                if (RiskOf(reporter, objective, component, ledger) is { } risk) risks.Add(risk);
        }
        return null;
    }

    /// <returns>Null for one that nobody has to look at.</returns>
    private static ObjectiveRisk? RiskOf(ObjectiveReporter reporter, Objective objective, ComponentLedger component, LedgerProjection ledger)
    {
        // A policy that only another version has: the verb says so, and the others' stay.
        if (objective.Policy is { } own && ledger.FindPolicy(own) is null) return null;
        if (reporter.Make(objective, component, objective.Policy is null ? ledger.PolicyInForce : null) is not { } report || report.State is ObjectiveState.Ok or ObjectiveState.Unknown) return null;
        return Of(report, component.Latest?.Shown ?? State.Unknown);
    }

    /// <param name="now">The component's state: while it is down, its budget goes on being spent as time passes.</param>
    public static ObjectiveRisk Of(ObjectiveReport report, State now)
    {
        var rate = report.Burn.Where(burn => burn.IsFiring).Select(burn => (decimal?)burn.Long.Likely).Max() ?? report.Burn.Select(burn => (decimal?)burn.Long.Likely).FirstOrDefault();
        return new ObjectiveRisk(report.Objective.Name, report.Component, report.State, report.At, report.Budget.LeftShare, rate, UsedUpOf(report, now));
    }

    /// <summary>Where each second that passes takes the policy's weight of it from the budget; hours and slices make that less simple.</summary>
    private static Instant? UsedUpOf(ObjectiveReport report, State now)
    {
        var weight = now == State.Down ? report.Policy.Down : now == State.EffectivelyDown ? report.Policy.EffectivelyDown : 0;
        var left = report.Budget.Left.Likely;
        return weight <= 0 || left <= Duration.Zero || report.Objective.Hours is not null || report.Objective.Slices is not null ? null : report.At + left / (double)weight;
    }
}
