using System.Collections.Immutable;
using Nines.Core.Components;
using Nines.Ledger.Availability;
using Nines.Pricing.Money;
using NodaTime;

namespace Nines.Pricing.Outlook;

/// <summary>What a component is likely to cost over the time ahead, by its own history. Amounts are in the plan's currency, over the time ahead.</summary>
public sealed record ComponentOutlook
{
    public required ComponentId Component { get; init; }

    /// <summary>Time of the history that was seen.</summary>
    public required Duration Known { get; init; }

    /// <summary>Outages that began in it and lost something.</summary>
    public required int Outages { get; init; }

    /// <summary>Those of them that cost something.</summary>
    public required int CostlyOutages { get; init; }

    /// <summary>What they cost, likely, with what was lost without an outage.</summary>
    public required Estimate Past { get; init; }

    /// <summary>Outages to come: likely by the rate there was, low and high by the chi-squared limits on it.</summary>
    public required Estimate OutagesAhead { get; init; }

    /// <summary>The mean of years like these: likely what there was by time, low and high at the level.</summary>
    public required Estimate Expected { get; init; }

    /// <summary>What the time ahead costs: one in twenty is below low, one in two below likely, one in twenty above high.</summary>
    public required Estimate Loss { get; init; }

    /// <summary>How much of the width of <see cref="Loss"/> there is because the history is short.</summary>
    /// <value>0 to 1.</value>
    public required decimal ParameterShare { get; init; }

    /// <summary>The chance that no outage comes; low and high by the limits on the rate.</summary>
    public required Estimate NoOutage { get; init; }

    /// <summary>How costs were taken to vary: log_normal or resampled.</summary>
    public required string Costs { get; init; }

    /// <summary>Over the known time; with what it may be in the long run, where enough outages are closed.</summary>
    public required decimal Availability { get; init; }

    public required (decimal Low, decimal High)? LongRun { get; init; }

    /// <summary>What is saved with one more nine: a tenth of the unavailability, by a tenth of the outages.</summary>
    public required Estimate OneMoreNine { get; init; }

    /// <summary>What is saved with half of the outages (twice the time between failures).</summary>
    public required Estimate HalfTheOutages { get; init; }

    /// <summary>What is saved with outages of half the length (half the time to repair), each priced anew.</summary>
    public required Estimate HalfTheLength { get; init; }

    /// <summary>Claims and penalties by the time there was: in no figure above.</summary>
    public required Estimate Liabilities { get; init; }

    /// <summary>Whether its outages came at one rate; null where they are too few to tell.</summary>
    public RateTrend? Trend { get; init; }

    public ImmutableArray<string> Said { get; init; } = [];
}

/// <summary>A component of which nothing can be foretold.</summary>
/// <param name="Because">Why, in one sentence.</param>
/// <param name="Code">no_price, not_watched_enough, no_outage, no_cost, too_few_outages.</param>
public sealed record WithoutOutlook(ComponentId Component, string Code, string Because);

/// <summary>All components, the worst first.</summary>
/// <param name="Ahead">The time ahead.</param>
/// <param name="Level">Of the intervals, such as 0.95.</param>
/// <param name="Expected">The sum of the components' with an outlook.</param>
/// <param name="Totals">All of them together, in each way in which that may be taken; empty without a component.</param>
public sealed record LossOutlook(Duration Ahead, double Level, Instant From, Instant To, ImmutableArray<ComponentOutlook> Components, ImmutableArray<WithoutOutlook> Without, decimal Expected, ImmutableArray<TotalOutlook> Totals)
{
    /// <summary>What all of them cost over the time ahead, with shared roots counted as one event.</summary>
    public Estimate Loss => Total(Togetherness.SharedRoots)?.Loss ?? Estimate.Zero;

    public TotalOutlook? Total(Togetherness by) => Totals.FirstOrDefault(total => total.By == by);
}

/// <summary>All components together.</summary>
/// <param name="By">What was taken for one event.</param>
/// <param name="Events">Events of the past that took more than one component with them.</param>
/// <param name="Outages">Components' outages that were part of one.</param>
/// <param name="Share">Of what is expected: that of such events, 0 to 1.</param>
/// <param name="Expected">The mean of times like these, at the level.</param>
/// <param name="Loss">What the time ahead costs: the quantiles 5 %, 50 % and 95 %.</param>
public sealed record TotalOutlook(Togetherness By, int Events, int Outages, decimal Share, Estimate Expected, Estimate Loss);
