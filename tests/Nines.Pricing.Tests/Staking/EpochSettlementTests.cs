using System.Numerics;
using FsCheck;
using FsCheck.Fluent;
using Nines.Pricing.Staking.Ethereum;
using Nines.Testing;

namespace Nines.Pricing.Tests.Staking;

public sealed class EpochSettlementTests
{
    private static readonly EthereumNetwork Mainnet = EthereumNetwork.Mainnet;

    private static EpochConditions Full(long active, bool leaking = false) => new(active, active, active, active, leaking, EthereumFork.Electra);

    private static ValidatorLane Settled(ValidatorLane lane, EpochConditions conditions, int epochs, AttestationFlags flags)
    {
        ValidatorLane[] lanes = [lane];
        var rewards = new EpochRewards(Mainnet, conditions);
        new EpochSettlement(Mainnet).Settle(lanes, Enumerable.Repeat(rewards, epochs).ToArray(), (_, _, into) => into.Fill(flags));
        return lanes[0];
    }

    private static ValidatorLane Usual(int effective = 32) => new(effective * 1_000_000_000L, effective, effective > 32 ? 2_048 : 32, 0);

    [Fact]
    public void With_34_million_staked_a_validator_of_32_earns_9369_gwei_an_epoch_and_pays_6940_for_a_miss()
    {
        var rewards = new EpochRewards(Mainnet, Full(34_000_000));
        var deltas = rewards.Of(32);
        Assert.Equal(347, rewards.BasePerIncrement);
        Assert.Equal(11_104, 32 * rewards.BasePerIncrement);
        Assert.Equal((2_429, 4_511, 2_429), (deltas.SourceReward, deltas.TargetReward, deltas.HeadReward));
        Assert.Equal(9_369, deltas.SourceReward + deltas.TargetReward + deltas.HeadReward);
        Assert.Equal(6_940, deltas.SourcePenalty + deltas.TargetPenalty);
    }

    [Fact]
    public void A_day_of_225_epochs_missed_costs_1561500_gwei_and_2108025_that_were_not_earned()
    {
        var lane = Settled(Usual(), Full(34_000_000), 225, AttestationFlags.None);
        Assert.Equal((1_561_500, 2_108_025), (lane.Penalty, lane.Forgone));
    }

    [Fact]
    public void Of_32_million_staked_75_epochs_of_100_validators_cost_0_1258425_ether()
    {
        var lane = Settled(Usual(), Full(32_000_000), 75, AttestationFlags.None);
        Assert.Equal((53_550_000, 72_292_500), (100 * lane.Penalty, 100 * lane.Forgone));
        Assert.Equal(0.1258425m, 100 * (lane.Penalty + lane.Forgone) / Mainnet.GweiPerCoin);
    }

    [Fact]
    public void A_sync_committee_member_loses_22502_gwei_a_slot_and_forgoes_as_much()
    {
        var slot = EpochRewards.SyncParticipant(Mainnet, 34_000_000);
        Assert.Equal(22_502, slot);
        Assert.Equal(184_336_384, slot * 8_192);
    }

    [Theory]
    [InlineData(1, 1_907)]
    [InlineData(10, 104_900)]
    [InlineData(100, 9_632_061)]
    public void In_a_leak_a_validator_of_32_that_is_away_loses_more_each_epoch(int epochs, long gwei)
    {
        var lane = Settled(Usual(), Full(34_000_000, leaking: true), epochs, AttestationFlags.None);
        Assert.Equal(gwei, lane.InactivityPenalty);
        Assert.Equal(4 * epochs, lane.Score);
        Assert.Equal(0, lane.Forgone);
    }

    [Fact]
    public void Who_attests_in_a_leak_earns_nothing_and_loses_nothing()
    {
        var lane = Settled(Usual(), Full(34_000_000, leaking: true), 100, AttestationFlags.All);
        Assert.Equal((0, 0, 32_000_000_000L), (lane.Penalty, lane.Forgone, lane.Balance));
    }

    [Fact]
    public void A_missed_head_vote_is_forgone_and_not_punished()
    {
        var lane = Settled(Usual(), Full(34_000_000), 1, AttestationFlags.Source | AttestationFlags.Target);
        Assert.Equal((0, 2_429), (lane.Penalty, lane.Forgone));
    }

    [Fact]
    public void A_score_falls_by_one_an_epoch_in_a_leak_and_by_seventeen_after_it()
    {
        var lane = Usual() with { Score = 100 };
        Assert.Equal(99, Settled(lane, Full(34_000_000, leaking: true), 1, AttestationFlags.All).Score);
        Assert.Equal(83, Settled(lane, Full(34_000_000), 1, AttestationFlags.All).Score);
        Assert.Equal(88, Settled(lane, Full(34_000_000), 1, AttestationFlags.None).Score);
        Assert.Equal(0, Settled(lane, Full(34_000_000), 6, AttestationFlags.All).Score);
    }

    [Theory]
    [InlineData(31_750_000_000, 32, 32)]
    [InlineData(31_749_999_999, 32, 31)]
    [InlineData(32_250_000_000, 31, 31)]
    [InlineData(32_250_000_001, 31, 32)]
    [InlineData(60_000_000_000, 32, 32)]
    public void An_effective_balance_falls_a_quarter_below_and_rises_one_and_a_quarter_above(long balance, int effective, int after)
    {
        var lane = new ValidatorLane(balance, effective, 32, 0);
        EpochSettlement.UpdateEffective(ref lane);
        Assert.Equal(after, lane.Effective);
    }

    [Fact]
    public void Compounding_credentials_let_an_effective_balance_rise_to_2048()
    {
        var lane = new ValidatorLane(3_000_000_000_000, 32, 2_048, 0);
        EpochSettlement.UpdateEffective(ref lane);
        Assert.Equal(2_048, lane.Effective);
    }

    [Fact]
    public void A_validator_that_leaked_to_16_is_ejected_and_loses_nothing_more_six_epochs_later()
    {
        var lane = new ValidatorLane(16_000_000_000, 16, 32, 1_000_000);
        var sixth = Settled(lane, Full(34_000_000, leaking: true), 6, AttestationFlags.None);
        Assert.Equal(6, sixth.ActiveUntil);
        Assert.Equal(sixth.Penalty, Settled(lane, Full(34_000_000, leaking: true), 500, AttestationFlags.None).Penalty);
    }

    [Fact]
    public void Uneven_participation_scales_each_flag_by_itself()
    {
        var deltas = new EpochRewards(Mainnet, new EpochConditions(34_000_000, 33_000_000, 25_000_000, 12_000_000, false, EthereumFork.Electra)).Of(32);
        Assert.Equal((11_104L * 14 * 33_000_000 / (34_000_000L * 64), 11_104L * 26 * 25_000_000 / (34_000_000L * 64), 11_104L * 14 * 12_000_000 / (34_000_000L * 64)),
            (deltas.SourceReward, deltas.TargetReward, deltas.HeadReward));
        Assert.Equal(6_940, deltas.SourcePenalty + deltas.TargetPenalty);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(34_000_000_000_000_000)]
    [InlineData(long.MaxValue)]
    public void Square_roots_are_floors(long n)
    {
        for (var i = -2; i <= 2; i++)
        {
            var x = BigInteger.Max(0, n + (BigInteger)i);
            Assert.Equal(LiteralBeaconState.IntegerSquareRoot(x), EpochRewards.SquareRoot((UInt128)x));
        }
    }

    /// <summary>A whole random network, some of it leaking to its ejection, settled by both.</summary>
    [Fact]
    public void It_agrees_with_the_specification_s_own_functions_to_the_gwei()
    {
        var cases = from seed in Gen.Choose(0, int.MaxValue)
                    from count in Gen.Choose(1, 24)
                    from epochs in Gen.Choose(1, 60)
                    from fork in Gen.Elements(EthereumFork.Altair, EthereumFork.Bellatrix, EthereumFork.Electra)
                    select (Seed: seed, Count: count, Epochs: epochs, Fork: fork);
        Prop.ForAll(Arb.From(cases), given => Compare(given.Seed, given.Count, given.Epochs, given.Fork)).Holds();
    }

    private static void Compare(int seed, int count, int epochs, EthereumFork fork)
    {
        var random = new Random(seed);
        var literal = new LiteralBeaconState { Validators = [.. Enumerable.Range(0, count).Select(_ => Random(random))], InactivityQuotient = EthereumNetwork.InactivityQuotientOf(fork) };
        ValidatorLane[] lanes = [.. literal.Validators.Select(one => new ValidatorLane((long)one.Balance, (int)(one.EffectiveBalance / 1_000_000_000), (int)(one.MaxEffectiveBalance / 1_000_000_000), (long)one.Score))];
        var settlement = new EpochSettlement(Mainnet);
        var leaks = random.Next(3);
        for (var epoch = 0; epoch < epochs; epoch++)
        {
            foreach (var validator in literal.Validators) validator.Flags = [random.Next(3) > 0, random.Next(3) > 0, random.Next(3) > 0];
            literal.FinalityDelay = leaks == 0 ? 0 : leaks == 1 ? 5 + epoch : random.Next(9);
            var conditions = new EpochConditions((long)literal.ActiveIncrements, (long)literal.ParticipatingIncrements(0), (long)literal.ParticipatingIncrements(1), (long)literal.ParticipatingIncrements(2), literal.FinalityDelay > 4, fork);
            var attested = literal.Validators.Select(one => (AttestationFlags)((one.Flags[0] ? 1 : 0) | (one.Flags[1] ? 2 : 0) | (one.Flags[2] ? 4 : 0))).ToArray();
            settlement.Settle(lanes, epoch, new EpochRewards(Mainnet, conditions), attested);
            literal.ProcessEpoch();
        }
        for (var i = 0; i < count; i++)
        {
            var (one, lane) = (literal.Validators[i], lanes[i]);
            Assert.Equal((one.Balance, one.EffectiveBalance / 1_000_000_000, one.Score), (lane.Balance, lane.Effective, lane.Score));
            Assert.Equal((one.Penalties[0], one.Penalties[1], one.Penalties[2], one.InactivityPenalty), (lane.SourcePenalty, lane.TargetPenalty, 0, lane.InactivityPenalty));
            Assert.Equal((one.WouldHaveEarned[0] - one.Rewards[0], one.WouldHaveEarned[1] - one.Rewards[1], one.WouldHaveEarned[2] - one.Rewards[2]), (lane.SourceForgone, lane.TargetForgone, lane.HeadForgone));
            Assert.Equal(one.ExitEpoch == long.MaxValue ? int.MaxValue : one.ExitEpoch, lane.ActiveUntil);
        }
    }

    private static LiteralBeaconState.Validator Random(Random random)
    {
        var compounding = random.Next(2) == 0;
        // Some at the brink: of an increment, of ejection, of nothing.
        var increments = random.Next(4) switch { 0 => 17, 1 => 16, 2 => random.Next(1, compounding ? 2_049 : 33), _ => 32 };
        BigInteger balance = increments * 1_000_000_000L + random.NextInt64(-260_000_000, 1_260_000_000);
        return new LiteralBeaconState.Validator
        {
            EffectiveBalance = increments * 1_000_000_000L,
            UsualBalance = increments * 1_000_000_000L,
            MaxEffectiveBalance = (compounding ? 2_048 : 32) * 1_000_000_000L,
            Balance = random.Next(10) == 0 ? random.Next(1_000_000) : balance,
            Score = random.Next(5) switch { 0 => random.Next(20), 1 => random.Next(200_000), 2 => random.Next(4_000_000), _ => 0 },
        };
    }
}
