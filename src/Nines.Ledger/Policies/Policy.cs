using System.Collections.Immutable;
using Nines.Core;
using Nines.Ledger.Text;
using NodaTime;

namespace Nines.Ledger.Policies;

/// <summary>What becomes of time in a maintenance window in which the component was not up.</summary>
public enum MaintenanceCounts
{
    /// <summary>The window changes nothing: what was seen under it counts.</summary>
    AsSeen,
    /// <summary>It is taken out of the time that availability is a share of.</summary>
    Excluded,
    /// <summary>It counts as up.</summary>
    AsUp,
}

/// <summary>What becomes of time that was surely seen down, and of which somebody said that users were served: a false alarm, narrower bounds.</summary>
public enum CorrectionCounts
{
    /// <summary>It counts as it was seen.</summary>
    AsSeen,
    /// <summary>It counts as somebody corrected it: as up.</summary>
    AsCorrected,
}

/// <summary>Whose timeline availability is taken from.</summary>
public enum RegionRule
{
    /// <summary>The component's own: down when most of its regions say so.</summary>
    Quorum,
    /// <summary>The regions', each with its weight: a regional outage counts for its share.</summary>
    Weighted,
    /// <summary>The component's own, and while it is not down but a region is, <see cref="Policy.Partial"/> counts: what status pages call a partial outage.</summary>
    Partial,
}

/// <summary>How an availability is printed.</summary>
public enum FigureRule
{
    /// <summary>Cut off: 99.999 % is what was reached at least.</summary>
    Floor,
    /// <summary>To the nearest, halves to the even digit; but never up to 100 % (TRUTH 14).</summary>
    HalfEven,
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

    /// <summary>Weight of time in which the component is not down while one of its regions is; only for <see cref="RegionRule.Partial"/>.</summary>
    /// <value>0 to 1, not above <see cref="EffectivelyDown"/>: a part does not weigh more than the whole.</value>
    public decimal Partial { get; init; }

    /// <summary>Weight of a blip's longest possible length; half of it for likely, none for surely.</summary>
    /// <value>0 to 1; 0 unless said otherwise (TRUTH 5).</value>
    public decimal Blip { get; init; }

    public required MaintenanceCounts Maintenance { get; init; }

    public required RegionRule Regions { get; init; }

    /// <summary>Whether people's word takes time away that was surely seen down.</summary>
    public CorrectionCounts Corrections { get; init; }

    /// <summary>Weight of each region by name for <see cref="RegionRule.Weighted"/>; a region that is not named has 1.</summary>
    public ImmutableSortedDictionary<string, decimal> RegionWeights { get; init; } = ImmutableSortedDictionary<string, decimal>.Empty;

    /// <summary>Outages shorter than this count as degraded; the possibly longest length decides for low, the likely for likely, the shortest for high.</summary>
    /// <value>0 to a day; 0 counts all.</value>
    public Duration MinOutage { get; init; }

    /// <summary>How many decimals of a per cent are printed.</summary>
    /// <value>0 to 9.</value>
    public int Decimals { get; init; } = 3;

    public FigureRule Figures { get; init; }

    public static readonly Duration LongestMinOutage = Duration.FromDays(1);

    public const int MostDecimals = 9;

    /// <summary>What is wrong with it; empty when nothing is. Weights must not fall as states get worse, or low would lie above high.</summary>
    public IEnumerable<string> Mistakes()
    {
        if (Degraded < 0 || Degraded > EffectivelyDown || EffectivelyDown > Down || Down > 1)
            yield return $"the weights degraded {Degraded}, effectively down {EffectivelyDown}, down {Down} must rise from 0 to 1 in this order";
        if (Partial < 0 || Partial > EffectivelyDown) yield return $"the weight of partial outages is {Partial}; it must lie from 0 to that of effectively down, {EffectivelyDown}";
        if (Blip is < 0 or > 1) yield return $"the weight of blips is {Blip}, outside of 0 to 1";
        foreach (var (region, weight) in RegionWeights)
            if (weight < 0)
                yield return $"the weight of region {region} is {weight}, below 0";
        if (MinOutage < Duration.Zero || MinOutage > LongestMinOutage) yield return $"the shortest outage that counts is {MinOutage.TotalSeconds} s, outside of 0 to 1 d";
        if (Decimals is < 0 or > MostDecimals) yield return $"{Decimals} decimals are outside of 0 to {MostDecimals}";
    }

    /// <summary>An availability as this policy prints it: never above what was reached by more than half of the last digit, and 100 % only where nothing was lost.</summary>
    /// <param name="share">0 to 1.</param>
    public string Print(decimal share) => Figures switch
    {
        FigureRule.Floor => PercentText.Of(share, Decimals),
        FigureRule.HalfEven => PercentText.HalfEven(share, Decimals),
    };

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
