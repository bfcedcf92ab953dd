using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using Nines.Core;

namespace Nines.Ledger.Policies;

/// <summary>What becomes of time in a maintenance window in which the component was not up.</summary>
public enum MaintenanceRule
{
    /// <summary>The window changes nothing: what was seen under it counts.</summary>
    AsSeen,
    /// <summary>It is taken out of the time that availability is a share of.</summary>
    Excluded,
    /// <summary>It counts as up.</summary>
    AsUp,
}

/// <summary>Whose timeline availability is taken from.</summary>
public enum RegionRule
{
    /// <summary>The component's own: down when most of its regions say so.</summary>
    Quorum,
    /// <summary>The regions', each with its weight: a regional outage counts for its share.</summary>
    Weighted,
}

/// <summary>
/// How states count: a weight is the share of time counted as down (TRUTH 14). A named policy is replayable: the same
/// name, version and journal position give the same figures for ever.
/// </summary>
public sealed record Policy
{
    /// <summary>As it is chosen: <c>--policy strict</c>.</summary>
    public required string Name { get; init; }

    /// <summary>A changed policy is a new version.</summary>
    public required int Version { get; init; }

    /// <summary>One line for the docs and for completion.</summary>
    public required string About { get; init; }

    /// <value>0 to 1, not above <see cref="EffectivelyDown"/>.</value>
    public required decimal Degraded { get; init; }

    /// <value>0 to 1, not above <see cref="Down"/>.</value>
    public required decimal EffectivelyDown { get; init; }

    /// <value>0 to 1.</value>
    public required decimal Down { get; init; }

    /// <summary>Weight of a blip's longest possible length; half of it for likely, none for surely.</summary>
    /// <value>0 to 1; 0 unless said otherwise (TRUTH 5).</value>
    public decimal Blip { get; init; }

    public required MaintenanceRule Maintenance { get; init; }

    public required RegionRule Regions { get; init; }

    /// <summary>Weight of each region by name for <see cref="RegionRule.Weighted"/>; a region that is not named has 1.</summary>
    public ImmutableSortedDictionary<string, decimal> RegionWeights { get; init; } = ImmutableSortedDictionary<string, decimal>.Empty;

    /// <summary>What users of an unplanned and a planned outage alike went through.</summary>
    public static readonly Policy Strict = new()
    {
        Name = "strict",
        Version = 1,
        About = "Down and effectively down count in full, planned or not; degraded does not.",
        Degraded = 0,
        EffectivelyDown = 1,
        Down = 1,
        Maintenance = MaintenanceRule.AsSeen,
        Regions = RegionRule.Quorum,
    };

    /// <summary>As most contracts count: planned maintenance is taken out.</summary>
    public static readonly Policy Lenient = new()
    {
        Name = "lenient",
        Version = 1,
        About = "Down and effectively down count in full; planned maintenance is taken out of the reckoning.",
        Degraded = 0,
        EffectivelyDown = 1,
        Down = 1,
        Maintenance = MaintenanceRule.Excluded,
        Regions = RegionRule.Quorum,
    };

    /// <summary>As users experienced it, region by region.</summary>
    public static readonly Policy Observed = new()
    {
        Name = "observed",
        Version = 1,
        About = "As users saw it: degraded counts 0.3, planned or not, each region for its share.",
        Degraded = 0.3m,
        EffectivelyDown = 1,
        Down = 1,
        Maintenance = MaintenanceRule.AsSeen,
        Regions = RegionRule.Weighted,
    };

    public static ImmutableArray<Policy> Shipped { get; } = [Strict, Lenient, Observed];

    public static bool TryFind(string name, [NotNullWhen(true)] out Policy? policy)
    {
        policy = Shipped.FirstOrDefault(candidate => candidate.Name == name);
        return policy is not null;
    }

    /// <summary>What is wrong with it; empty when nothing is. Weights must not fall as states get worse, or low would lie above high.</summary>
    public IEnumerable<string> Mistakes()
    {
        if (Degraded < 0 || Degraded > EffectivelyDown || EffectivelyDown > Down || Down > 1)
            yield return $"the weights degraded {Degraded}, effectively down {EffectivelyDown}, down {Down} must rise from 0 to 1 in this order";
        if (Blip is < 0 or > 1) yield return $"the weight of blips is {Blip}, outside of 0 to 1";
        foreach (var (region, weight) in RegionWeights)
            if (weight < 0)
                yield return $"the weight of region {region} is {weight}, below 0";
    }

    /// <summary>The share of time in one of the four ordered states that counts as down.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Unknown and maintenance have no weight: they are handled before.</exception>
    internal decimal WeightOf(State state) => state switch
    {
        State.Up => 0,
        State.Degraded => Degraded,
        State.EffectivelyDown => EffectivelyDown,
        State.Down => Down,
        State.Unknown or State.Maintenance => throw new ArgumentOutOfRangeException(nameof(state), state, "has no weight"),
    };
}
