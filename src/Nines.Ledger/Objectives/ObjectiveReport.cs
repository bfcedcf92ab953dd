using System.Collections.Immutable;
using Nines.Backbone.Journal;
using Nines.Core;
using Nines.Core.Components;
using Nines.Ledger.Availability;
using Nines.Ledger.Policies;
using NodaTime;

namespace Nines.Ledger.Objectives;

/// <summary>How an objective stands. By the likely figures; the bounds stand beside them.</summary>
public enum ObjectiveState
{
    /// <summary>Too little was seen to say.</summary>
    Unknown,
    Ok,
    /// <summary>A slow burn: somebody should look in working hours.</summary>
    Ticket,
    /// <summary>A fast burn: somebody should look now.</summary>
    Page,
    /// <summary>Nothing of the budget is left.</summary>
    Exhausted,
}

/// <summary>One objective of one component, as of an instant and a journal position: the same give the same report (TRUTH 15).</summary>
public sealed record ObjectiveReport
{
    public required Objective Objective { get; init; }
    public required ComponentId Component { get; init; }
    public required Policy Policy { get; init; }
    public required JournalPosition AsOf { get; init; }

    /// <summary>The instant that it tells of; nothing later is in any figure.</summary>
    public required Instant At { get; init; }

    /// <summary>The window at that instant; a calendar window ends later.</summary>
    public required Interval Window { get; init; }

    /// <summary>The time of the whole window that counts: inside business hours, and without what the policy excluded so far.</summary>
    public required Duration Period { get; init; }

    /// <summary>Of <see cref="Period"/>, what is over.</summary>
    public required Duration Elapsed { get; init; }

    /// <summary>Of the elapsed time that which nobody saw, time before watching began included. In no figure: it stands beside them.</summary>
    public required Duration Unknown { get; init; }

    /// <summary>Of <see cref="Unknown"/>, the time before the component was watched at all.</summary>
    public required Duration NotWatched { get; init; }

    /// <summary>The seen share of the elapsed time.</summary>
    /// <value>0 to 1.</value>
    public decimal Coverage => Elapsed <= Duration.Zero ? 0 : Math.Clamp(1 - (decimal)Unknown.BclCompatibleTicks / Elapsed.BclCompatibleTicks, 0, 1);

    /// <summary>The share of the seen time that was not lost; with slices, that of good ones. Null when nothing was seen.</summary>
    public Share? Attained { get; init; }

    public required ErrorBudget Budget { get; init; }

    /// <summary>In order of their windows; pairs longer than the objective's window are left out.</summary>
    public required ImmutableArray<BurnRate> Burn { get; init; }

    /// <summary>When pairs fired in the window, the latest first, on the likely timeline; empty unless it was asked for.</summary>
    public ImmutableArray<Firing> Fired { get; init; } = [];

    public required ObjectiveState State { get; init; }

    /// <summary>Since when it is <see cref="ObjectiveState.Exhausted"/>, <see cref="ObjectiveState.Page"/> or <see cref="ObjectiveState.Ticket"/>: the instant of the crossing; null otherwise.</summary>
    public Instant? Since { get; init; }

    /// <summary>Those that took from the budget, the most first, and last, with no name, what lies outside of outages (degraded time, blips).</summary>
    public required ImmutableArray<Spent> ByOutage { get; init; }

    /// <summary>The same by cause.</summary>
    public required ImmutableSortedDictionary<CauseKind, Length> ByCause { get; init; }

    /// <summary>Each step of the budget policy.</summary>
    public required ImmutableArray<StepTaken> Steps { get; init; }

    /// <summary>Null when nothing was seen.</summary>
    public Forecast? Forecast { get; init; }

    /// <summary>What has to be known to read the figures right: too little history, unknown time that could decide.</summary>
    public required ImmutableArray<string> Notes { get; init; }
}

/// <summary>Time that may be lost, and that was.</summary>
/// <param name="Allowed">(1 − target) × period.</param>
/// <param name="Spent">Surely, likely, possibly lost in the window, by the policy's weights.</param>
public sealed record ErrorBudget(Duration Allowed, Length Spent)
{
    /// <summary>What is left at least, likely, at most; below zero when more was lost than allowed.</summary>
    public (Duration Low, Duration Likely, Duration High) Left => (Allowed - Spent.Longest, Allowed - Spent.Likely, Allowed - Spent.Shortest);

    /// <summary>What is left of it, as shares; below zero when more was lost than allowed.</summary>
    public (decimal Low, decimal Likely, decimal High) LeftShare => (ShareOf(Left.Low), ShareOf(Left.Likely), ShareOf(Left.High));

    /// <summary>A time as a share of the allowed.</summary>
    public decimal ShareOf(Duration time) => Allowed <= Duration.Zero ? 0 : (decimal)time.BclCompatibleTicks / Allowed.BclCompatibleTicks;
}

/// <summary>What one outage took from the budget.</summary>
/// <param name="Outage">Null for all that lies outside of outages.</param>
/// <param name="Share">Its likely share of the allowed time; above 1 when it alone was too much.</param>
public sealed record Spent(string? Outage, Length Lost, decimal Share);

/// <summary>How fast the budget was spent, over one pair of windows; 1 uses it up just in the objective's period.</summary>
/// <param name="Long">The rate over the pair's long window: what was lost in it by (1 − target) × its length.</param>
/// <param name="Short">The rate over the short one.</param>
/// <param name="Factor">The rate at which both fire.</param>
public sealed record BurnRate(BurnPair Pair, Rates Long, Rates Short, decimal Factor)
{
    /// <summary>Since when both windows burn at the factor or faster, on the likely timeline; null when they do not.</summary>
    public Instant? Since { get; init; }

    /// <summary>The same on the possibly-timeline: it fired no earlier.</summary>
    public Instant? PossiblySince { get; init; }

    /// <summary>The same on the surely-timeline: it fired at the latest then. Null while it does not surely burn.</summary>
    public Instant? SurelySince { get; init; }

    /// <summary>When it resets if nothing more is lost; null when it does not burn.</summary>
    public Instant? Resets { get; init; }

    public bool IsFiring => Since is not null;

    /// <summary>False where the period is too short for the pair, see <see cref="BurnPair.LeastFactor"/>.</summary>
    public bool CanFire => Factor >= BurnPair.LeastFactor;
}

/// <summary>A rate on the three timelines.</summary>
public readonly record struct Rates(decimal Low, decimal Likely, decimal High);

/// <summary>A step of the budget policy, and whether it is reached.</summary>
/// <param name="Surely">Also on the surely-timeline.</param>
/// <param name="Possibly">At least on the possibly-timeline.</param>
public sealed record StepTaken(BudgetStep Step, bool Surely, bool Likely, bool Possibly);

/// <summary>One time in which a pair of burn windows fired.</summary>
/// <param name="To">When it reset; null while it fires.</param>
public sealed record Firing(BurnPair Pair, Instant From, Instant? To);
