using System.Collections.Immutable;
using Nines.Core.Components;
using Nines.Ledger;
using Nines.Ledger.Objectives;
using Nines.Pricing.Money;
using Nines.Web.Health;
using NodaTime;

namespace Nines.Web.Api.Overview;

/// <summary>All that the first sentence is made of, as of one instant.</summary>
public sealed record Situation
{
    public required Instant Now { get; init; }
    public required WatchCondition Watch { get; init; }

    /// <summary>Every component of the config.</summary>
    public required ImmutableArray<Standing> Components { get; init; }

    /// <summary>What open outages have cost so far.</summary>
    public CostSoFar Cost { get; init; } = new CostSoFar.NotPriced();

    /// <summary>Windows under way or to come, in order of their start.</summary>
    public ImmutableArray<WindowOnRecord> Windows { get; init; } = [];

    /// <summary>What the config's rules will bring first, where no window to come is on record; null where they bring none.</summary>
    public MaintenanceWindow? Foreseen { get; init; }

    /// <summary>The maintenance that begins next; null when none is planned.</summary>
    public (Instant From, ImmutableArray<ComponentId> Components)? NextMaintenance =>
        Windows.FirstOrDefault(window => window.From > Now && window.End > window.From) is { } declared ? (declared.From, declared.Components)
        : Foreseen is { } foreseen ? (foreseen.From, foreseen.Components) : null;

    /// <summary>Vantage points whose own path is broken.</summary>
    public ImmutableArray<string> Blind { get; init; } = [];

    public int VantagePoints { get; init; }

    /// <summary>The seen share of the watched time of all components over the last 30 days, 0 to 1; null while nothing was watched.</summary>
    public decimal? Coverage { get; init; }

    /// <summary>How long there has been a watch on anything; null while nothing was watched.</summary>
    public Duration? WatchedFor { get; init; }

    /// <summary>Objectives that burn or are broken, the worst first.</summary>
    public ImmutableArray<ObjectiveRisk> AtRisk { get; init; } = [];

    public Ahead Ahead { get; init; } = Ahead.Unknown;
}

/// <summary>Whether the watch itself watches.</summary>
public abstract record WatchCondition
{
    private WatchCondition() { }

    public sealed record Watching : WatchCondition;

    /// <summary>It has not begun, or has ended.</summary>
    public sealed record NotRunning(Instant? JudgedUntil) : WatchCondition;

    /// <summary>What was seen is not judged any more.</summary>
    public sealed record Stale(Instant JudgedUntil) : WatchCondition;

    /// <summary>What is judged is not kept any more, and so not shown.</summary>
    public sealed record JournalFails(Instant Since) : WatchCondition;

    /// <summary>It has only just begun: what is unknown may not have been looked at yet.</summary>
    public sealed record JustStarted(Instant At) : WatchCondition;

    /// <summary>So long after the start unknown components are taken for not looked at yet.</summary>
    public static readonly Duration FirstLooks = Duration.FromMinutes(1);

    /// <param name="status">Null while the watch starts, and after it has stopped.</param>
    /// <param name="judgedUntil">As the journal has it.</param>
    public static WatchCondition Of(WatchStatus? status, Instant? judgedUntil) => status switch
    {
        null => new NotRunning(judgedUntil),
        { JournalFailsSince: { } since } => new JournalFails(since),
        _ when status.Now - status.JudgedUntil > Readiness.OldestFrontier => new Stale(status.JudgedUntil),
        _ when status.Now - status.Figures.StartedAt < FirstLooks => new JustStarted(status.Figures.StartedAt),
        _ => new Watching(),
    };
}

/// <summary>What open outages have cost so far.</summary>
public abstract record CostSoFar
{
    private CostSoFar() { }

    /// <summary>No pricing, or nothing that is out has a price.</summary>
    public sealed record NotPriced : CostSoFar;

    /// <summary>None of the open outages counts under the policy in force.</summary>
    /// <param name="Because">As <see cref="Ledger.Policies.OutageCounting.WhyNot"/> says of the first.</param>
    public sealed record NotCounted(string Because) : CostSoFar;

    /// <summary>There is a price, but it cannot be worked out now: a rate of today is missing, say.</summary>
    public sealed record NotNow(string Code) : CostSoFar;

    /// <param name="Of">What it is the loss of.</param>
    public sealed record Known(Estimate Loss, Currency Currency, ImmutableArray<ComponentId> Of) : CostSoFar;
}

/// <summary>An objective of a component that somebody should look at.</summary>
/// <param name="At">As of when.</param>
/// <param name="Left">What is left of the budget, as shares of it: at least, likely, at most.</param>
/// <param name="Rate">The fastest likely burn rate of the windows that fire, or of the shortest; null where none is known.</param>
/// <param name="UsedUp">When nothing of the budget is left if the outage that is open goes on; null where none is open or nothing is left.</param>
public sealed record ObjectiveRisk(string Objective, ComponentId Component, ObjectiveState State, Instant At, (decimal Low, decimal Likely, decimal High) Left, decimal? Rate, Instant? UsedUp);
