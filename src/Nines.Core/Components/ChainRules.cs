using NodaTime;

namespace Nines.Core.Components;

/// <summary>What a chain must keep to, judged over all its sources (TRUTH 11). A rule whose signals no source gives says nothing.</summary>
public sealed record ChainRules
{
    /// <summary>Once the newest block of all sources is older, the chain has halted; null for a chain that makes blocks on demand.</summary>
    public Duration? HeadAgeLimit { get; init; }

    /// <summary>Once the newest finalized block of all sources is older, finality is lost; null for a chain without it.</summary>
    public Duration? FinalityAgeLimit { get; init; }

    /// <summary>Blocks: replacing so many or more is the chain's trouble. At least 1.</summary>
    public int ReorgDepthLimit { get; init; } = 2;

    /// <summary>Share of the stake below which nothing can be finalized. 0 to 1.</summary>
    public double ParticipationLimit { get; init; } = 2.0 / 3;

    /// <summary>Share of the stake below which the chain is degraded. 0 to 1, not below <see cref="ParticipationLimit"/>.</summary>
    public double ParticipationWarning { get; init; } = 0.8;

    /// <summary>Share of the recent slots without a block above which the chain is degraded. 0 to 1.</summary>
    public double MissedSlotsLimit { get; init; } = 0.25;

    /// <summary>What a split between sources comes to.</summary>
    public SplitCounts Split { get; init; } = SplitCounts.Degraded;
}

/// <summary>What it comes to that sources of one chain tell different blocks at one height.</summary>
public enum SplitCounts
{
    Degraded,
    EffectivelyDown,
    /// <summary>As nothing.</summary>
    Ignored,
}
