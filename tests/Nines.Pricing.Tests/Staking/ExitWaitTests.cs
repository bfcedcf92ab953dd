using Nines.Pricing.Losses;
using Nines.Pricing.Money;
using Nines.Pricing.Plan;
using Nines.Pricing.Staking.Ethereum;
using NodaTime;

namespace Nines.Pricing.Tests.Staking;

/// <summary>What stake that was ejected or slashed waits for: consensus-specs electra/beacon-chain.md.</summary>
public sealed class ExitWaitTests
{
    private const decimal Gwei = 1_000_000_000m;
    private static readonly Duration Epoch = Duration.FromSeconds(384);
    private static readonly Instant Start = EthereumNetwork.Mainnet.Genesis + Epoch * 400_000;
    private static readonly EpochRewards Full = new(EthereumNetwork.Mainnet, new EpochConditions(34_000_000, 34_000_000, 34_000_000, 34_000_000, false, EthereumFork.Electra));

    private static ExitWait Wait(string? queue, Duration sweep = default, Duration back = default, string? churn = null) => ExitWait.Of(EthereumNetwork.Mainnet,
        new ExitOptions { Queue = queue is null ? null : Opened.Amount(queue), Churn = churn is null ? null : Opened.Amount(churn), Sweep = sweep, Return = back }, 34_000_000);

    private static EthereumLossOptions Slashed(ExitOptions? exits) => new()
    {
        Validators = [new ValidatorSetOptions { Count = 1 }],
        TotalStake = Opened.Amount("34000000 ETH"),
        Proposals = new ProposalOptions { Expected = false },
        Sync = new SyncCommitteeOptions { Expected = false },
        Slashings = [new SlashingOptions { At = Start + Epoch, Validators = 2 }],
        Exits = exits,
    };

    [Theory]
    [InlineData(34_000_000, 256)]
    [InlineData(10_000_000, 152)]
    [InlineData(1_000_000, 128)]
    public void Churn_is_a_65536th_of_the_stake_within_128_and_256(long active, long churn) => Assert.Equal(churn, ExitWait.ChurnOf(active));

    [Fact]
    public void An_exit_stands_behind_the_queue_at_the_churn_of_an_epoch()
    {
        Assert.Equal(0, Wait(null).QueueEpochs(32));
        Assert.Equal(0, Wait("224 ETH").QueueEpochs(32));
        Assert.Equal(1, Wait("225 ETH").QueueEpochs(32));
        Assert.Equal(4_687, Wait("1200000 ETH").QueueEpochs(32)); // (1,200,032 − 256 − 1) // 256 + 1
        Assert.Equal(9_375, Wait("1200000 ETH", churn: "128 ETH").QueueEpochs(32));
    }

    [Fact]
    public void A_slashed_validator_is_withdrawable_after_8192_epochs_then_waits_for_the_sweep_and_its_return()
    {
        // Back after 35 days, 7,875 epochs; a sweep takes 9 days, 2,025 epochs, and comes at any time of it.
        var one = SlashingLoss.Of(EthereumNetwork.Mainnet, Full, 32, 32_000_000_000, Wait("1200000 ETH", Duration.FromDays(9), Duration.FromDays(35)));
        Assert.Equal((8_192L * 6_940, 8_192L * 9_369), (one.Attestations, one.Forgone));
        Assert.Equal((7_875 * 9_369m, 8_887.5m * 9_369, 9_900 * 9_369m), (one.Waiting.Least, one.Waiting.Expected, one.Waiting.Most));
    }

    [Fact]
    public void A_queue_longer_than_the_8192_epochs_costs_votes_for_as_long()
    {
        // 9,765 epochs of queue, 5 until an exit can be, 256 after it.
        var one = SlashingLoss.Of(EthereumNetwork.Mainnet, Full, 32, 32_000_000_000, Wait("2500000 ETH"));
        Assert.Equal((10_026L * 6_940, 10_026L * 9_369, 0m), (one.Attestations, one.Forgone, one.Waiting.Most));
    }

    [Fact]
    public void What_a_slashing_waits_for_is_forgone_and_without_exits_the_result_says_that_it_is_not_in_it()
    {
        var outage = Opened.Whole(Start, Epoch * 2);
        var (without, with) = (Opened.Model(Slashed(null)).Price(outage), Opened.Model(Slashed(new ExitOptions { Sweep = Duration.FromDays(9), Return = Duration.FromDays(35) })).Price(outage));
        Assert.Equal(without.Part("penalty"), with.Part("penalty"));
        var (more, from) = (with.Part("forgone"), without.Part("forgone"));
        Assert.Equal((2 * 7_875 * 9_369 / Gwei, 2 * 8_887.5m * 9_369 / Gwei, 2 * 9_900 * 9_369 / Gwei), (more.Low - from.Low, more.Likely - from.Likely, more.High - from.High));
        Assert.Contains(without.Assumptions, said => said.Contains("until it is staked again is not in it: exits is not given", StringComparison.Ordinal));
        Assert.DoesNotContain(with.Assumptions, said => said.Contains("exits is not given", StringComparison.Ordinal));
        Assert.Contains(with.Reasons, reason => reason.Because.Contains("where the withdrawal sweep is", StringComparison.Ordinal));
    }

    [Fact]
    public void The_working_shows_the_stake_that_the_churn_was_reckoned_with()
    {
        // A series knows of other stake than total_stake says; the churn that is used is by total_stake.
        var working = new Working();
        var options = Slashed(new ExitOptions()) with { TotalStake = Opened.Amount("10000000 ETH"), Participation = new ParticipationOptions { File = "p.csv", Source = 1, Target = 1, Head = 1 } };
        Opened.Model(options, ("p.csv", "epoch,source,target,head,active\n400000,1,1,1,9000000\n400001,1,1,1,9000000\n400002,1,1,1,9000000")).Price(Opened.Whole(Start, Epoch * 2), working);
        var churn = Assert.Single(working.Steps, step => step.Name == "exit churn");
        Assert.Equal(("min(256, max(128, 10,000,000 // 65536))", "152"), (churn.Formula, churn.Value));
    }

    [Fact]
    public void An_ejected_validator_earns_nothing_from_its_exit_epoch_until_it_is_back()
    {
        // On Holesky 28 of effective balance eject. It leaves in epoch 6 + 4,687: by then the lost epoch is long over, and it earns until then.
        var holesky = EthereumNetwork.Of(EthereumNetworkName.Holesky);
        EthereumLossOptions With(ExitOptions? exits) => new()
        {
            Network = EthereumNetworkName.Holesky,
            Validators = [new ValidatorSetOptions { Count = 3, EffectiveBalance = Opened.Amount("28 HOLESKYETH") }],
            TotalStake = Opened.Amount("34000000 HOLESKYETH"),
            Proposals = new ProposalOptions { Expected = false },
            Sync = new SyncCommitteeOptions { Expected = false },
            Exits = exits,
        };
        var outage = Opened.Whole(holesky.Genesis + Epoch * 200_000, Epoch);
        var (without, with) = (Opened.Model(With(null)).Price(outage), Opened.Model(With(new ExitOptions { Queue = Opened.Amount("1200000 HOLESKYETH"), Return = Epoch * 100 })).Price(outage));
        var each = Full.Of(28);
        Assert.Equal(3 * (256 + 100) * (each.SourceReward + each.TargetReward + each.HeadReward) / Gwei, with.Part("forgone").Likely - without.Part("forgone").Likely);
        Assert.Contains(without.Assumptions, said => said.EndsWith("is not in it: exits is not given.", StringComparison.Ordinal));
    }

    [Fact]
    public void A_lost_time_that_outlasts_the_exit_is_not_counted_twice()
    {
        var wait = Wait(null, back: Epoch * 10);
        Assert.Equal(266, wait.Idle(exit: 6, epochs: 1).Expected);
        Assert.Equal(172, wait.Idle(exit: 6, epochs: 100).Expected);
        Assert.Equal(0, wait.Idle(exit: 6, epochs: 1_000).Expected);
    }

    [Fact]
    public void What_exits_cannot_be_reckoned_with_is_refused()
    {
        var bare = new ExitOptions();
        Assert.Contains("has no churn", Assert.Single((Slashed(bare) with { Network = EthereumNetworkName.Custom, Genesis = Start }).Mistakes(), mistake => mistake.Key == "exits").Message, StringComparison.Ordinal);
        Assert.Contains("queue is in GNO", Assert.Single(Slashed(new ExitOptions { Queue = Opened.Amount("5 GNO") }).Mistakes(), mistake => mistake.Key == "exits").Message, StringComparison.Ordinal);
        var bellatrix = EthereumNetwork.Mainnet.Genesis + Epoch * 200_000;
        var early = Slashed(bare) with { Slashings = [new SlashingOptions { At = bellatrix + Epoch }] };
        Assert.Equal("NIN4271", Assert.Throws<PricingException>(() => Opened.Model(early).Price(Opened.Whole(bellatrix, Epoch * 2))).Code);
    }
}
