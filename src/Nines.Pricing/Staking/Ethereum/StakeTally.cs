namespace Nines.Pricing.Staking.Ethereum;

/// <summary>Gwei that attesters lost, by why. Whole for one history; an expected value may have a fraction.</summary>
/// <param name="Lowered">By how many increments effective balances fell.</param>
/// <param name="Ejected">How many validators fell to the ejection balance.</param>
/// <param name="WaitingForgone">What ejected ones do not earn after the lost time, until they are back.</param>
internal readonly record struct StakeTally(
    decimal SourcePenalty, decimal TargetPenalty, decimal InactivityPenalty, decimal SourceForgone, decimal TargetForgone, decimal HeadForgone, decimal Lowered, decimal Ejected, decimal WaitingForgone = 0)
{
    public decimal Penalty => SourcePenalty + TargetPenalty + InactivityPenalty;
    public decimal Forgone => SourceForgone + TargetForgone + HeadForgone + WaitingForgone;

    public static StakeTally Of(in ValidatorLane lane) => new(
        lane.SourcePenalty, lane.TargetPenalty, lane.InactivityPenalty, lane.SourceForgone, lane.TargetForgone, lane.HeadForgone, lane.Usual - lane.Effective, lane.Ejected ? 1 : 0);

    public static StakeTally operator +(StakeTally a, StakeTally b) => new(
        a.SourcePenalty + b.SourcePenalty, a.TargetPenalty + b.TargetPenalty, a.InactivityPenalty + b.InactivityPenalty,
        a.SourceForgone + b.SourceForgone, a.TargetForgone + b.TargetForgone, a.HeadForgone + b.HeadForgone, a.Lowered + b.Lowered, a.Ejected + b.Ejected, a.WaitingForgone + b.WaitingForgone);

    public static StakeTally operator *(StakeTally tally, decimal factor) => tally.Each(value => value * factor);
    public static StakeTally operator /(StakeTally tally, decimal divisor) => tally.Each(value => value / divisor);

    private StakeTally Each(Func<decimal, decimal> make) => new(
        make(SourcePenalty), make(TargetPenalty), make(InactivityPenalty), make(SourceForgone), make(TargetForgone), make(HeadForgone), make(Lowered), make(Ejected), make(WaitingForgone));
}
