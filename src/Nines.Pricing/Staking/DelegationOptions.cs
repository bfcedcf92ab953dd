using System.ComponentModel;
using Nines.Pricing.Losses;
using Nines.Pricing.Money;
using Nines.Pricing.Plan;

namespace Nines.Pricing.Staking;

/// <summary>Whose the stake of a validator is.</summary>
public sealed record DelegationOptions
{
    [Description("The validator's commission on rewards, 0 to 1.")]
    public decimal Commission { get; init; }

    [Description("Share of the stake that is the operator's own, 0 to 1. Default: all of it.")]
    public decimal Own { get; init; } = 1;

    [Description("Whether the loss counts what delegators lose too. Default: true; what the operator bears of it is said beside.")]
    public bool Counted { get; init; } = true;

    internal IEnumerable<PlanMistake> Mistakes()
    {
        if (Commission is < 0 or > 1) yield return new PlanMistake("delegation", $"has a value that cannot be: commission is {Commission}. A share is 0 to 1.");
        if (Own is < 0 or > 1) yield return new PlanMistake("delegation", $"has a value that cannot be: own is {Own}. A share is 0 to 1.");
    }

    /// <summary>What of rewards is the operator's: its commission, and its part of the rest.</summary>
    internal decimal OfRewards => Commission + (1 - Commission) * Own;

    internal decimal CountedOfRewards => Counted ? 1 : OfRewards;
    internal decimal CountedOfStake => Counted ? 1 : Own;

    /// <summary>Says who bears it, where it is not the operator alone.</summary>
    /// <param name="rewards">As they are counted.</param>
    /// <param name="stake">As it is counted.</param>
    internal void Write(Working working, Estimate rewards, Estimate stake, Currency currency)
    {
        if (Own == 1) return;
        working.Step("the operator bears", "rewards × (commission + (1 − commission) × own) + stake × own", MoneyText.Of(Counted ? rewards * OfRewards + stake * Own : rewards + stake, currency), Counted ? "of all" : "which alone is counted", "the config");
    }
}

/// <summary>The three views of lost time, in one go.</summary>
internal static class Views
{
    /// <param name="of">Given layers, and which bound is wanted: below 0 the least, 0 the likely, above 0 the most.</param>
    public static (T Low, T Likely, T High) Of<T>(LostEpisode episode, Func<System.Collections.Immutable.ImmutableArray<LostLayer>, int, T> of) =>
        (of(LostLayer.Surely(episode), -1), of(LostLayer.Likely(episode), 0), of(LostLayer.Possibly(episode), 1));
}
