using System.Collections.Immutable;
using Nines.Core.Components;
using Nines.Pricing.Money;
using Nines.Pricing.Series;
using NodaTime;

namespace Nines.Pricing.Plan;

/// <summary>What models are opened with, read once.</summary>
public sealed class PlanSources
{
    /// <summary>What totals are in.</summary>
    public required Currency Currency { get; init; }

    public required RateTable Rates { get; init; }

    /// <summary>The config's series.</summary>
    public required SeriesShelf Series { get; init; }

    /// <summary>The files that the config names.</summary>
    public required PlanFiles Files { get; init; }

    /// <summary>When a component was likely not usable: what is learnt from a series leaves these times out. Joined, in order. Only while models are opened.</summary>
    public required Func<ComponentId, ImmutableArray<Interval>> OutagesOf { get; init; }
}
