using Nines.Pricing.Losses;
using Nines.Pricing.Money;
using Nines.Pricing.Staking.Ethereum;
using NodaTime;
using NodaTime.Text;

namespace Nines.Pricing.Tests.Staking;

public sealed class EthereumModelTests
{
    private const decimal Gwei = 1_000_000_000m;
    private static readonly Duration Slot = Duration.FromSeconds(12), Epoch = Slot * 32;

    /// <summary>The start of epoch 400,000, in Electra.</summary>
    private static readonly Instant Start = EthereumNetwork.Mainnet.Genesis + Epoch * 400_000;

    private static EthereumLossOptions Attesting(int count = 1, string total = "34000000 ETH") => new()
    {
        Validators = [new ValidatorSetOptions { Count = count }],
        TotalStake = Opened.Amount(total),
        Proposals = new ProposalOptions { Expected = false },
        Sync = new SyncCommitteeOptions { Expected = false },
    };

    private static Estimate Exactly(long gwei) => Estimate.Exact(gwei / Gwei);

    [Fact]
    public void A_day_away_costs_a_validator_1561500_gwei_and_2108025_it_did_not_earn()
    {
        var loss = Opened.Model(Attesting()).Price(Opened.Whole(Start, Epoch * 225));
        Assert.Equal((Exactly(1_561_500), Exactly(2_108_025)), (loss.Part("penalty"), loss.Part("forgone")));
        Assert.Equal(Exactly(1_561_500 + 2_108_025), loss.Amount);
        Assert.Equal((LossClass.Stake, Currency.Eth), (loss.Class, loss.Currency));
        Assert.Empty(loss.Reasons);
    }

    [Fact]
    public void A_hundred_validators_for_75_epochs_lose_0_1258425_ether()
    {
        var loss = Opened.Model(Attesting(100, "32000000 ETH")).Price(Opened.Whole(Start, Epoch * 75));
        Assert.Equal((Exactly(53_550_000), Exactly(72_292_500), Estimate.Exact(0.1258425m)), (loss.Part("penalty"), loss.Part("forgone"), loss.Amount));
    }

    [Fact]
    public void A_seat_in_the_sync_committee_costs_its_8192_slots_and_forgoes_as_much()
    {
        var period = 400_000 / 256;
        var options = Attesting() with { Sync = new SyncCommitteeOptions { Periods = [new SyncPeriodOptions { Period = period }] } };
        var from = EthereumNetwork.Mainnet.Genesis + Slot * (period * 8_192);
        var with = Opened.Model(options).Price(Opened.Whole(from, Slot * 8_192));
        var without = Opened.Model(Attesting()).Price(Opened.Whole(from, Slot * 8_192));
        Assert.Equal(184_336_384 / Gwei, with.Part("penalty").Likely - without.Part("penalty").Likely);
        Assert.Equal(184_336_384 / Gwei, with.Part("forgone").Likely - without.Part("forgone").Likely);
    }

    [Fact]
    public void An_epoch_that_was_lost_in_half_is_none_at_least_a_half_as_expected_and_one_at_most()
    {
        var loss = Opened.Model(Attesting()).Price(Opened.Whole(Start, Slot * 16));
        Assert.Equal(new Estimate(0, 6_940 / 2 / Gwei, 6_940 / Gwei), loss.Part("penalty"));
        Assert.Equal(SpreadSource.Model, Assert.Single(loss.Reasons).Source);
    }

    [Fact]
    public void A_slot_is_lost_when_its_vote_was_due_in_lost_time()
    {
        var third = Duration.FromSeconds(4);
        var model = Opened.Model(Attesting());
        Assert.Equal(1, Slots(Start + third, Duration.FromSeconds(1)));
        Assert.Equal(0, Slots(Start + third + Duration.FromSeconds(1), Duration.FromSeconds(10)));
        Assert.Equal(2, Slots(Start + third, Slot + Duration.FromSeconds(1)));

        decimal Slots(Instant from, Duration length) => model.Price(Opened.Whole(from, length)).Part("penalty").Likely * Gwei * 32 / 6_940;
    }

    [Fact]
    public void Known_duties_leave_nothing_to_guess()
    {
        var options = Attesting(2) with { Duties = "duties.csv" };
        var loss = Opened.Model(options, ("duties.csv", $"validator,slot\n7,{400_000L * 32 + 3}\n8,{400_000L * 32 + 20}\n")).Price(Opened.Whole(Start, Slot * 16));
        Assert.Equal(Exactly(6_940), loss.Part("penalty"));
        var wrong = Assert.Throws<PricingException>(() => Opened.Model(options, ("duties.csv", "validator,slot\n7,64\n7,65\n")));
        Assert.Equal("NIN4274", wrong.Code);
    }

    [Fact]
    public void The_outage_s_bounds_alone_and_the_slot_s_place_alone_are_told_apart()
    {
        var episode = Opened.Bounded(Start, Start + Epoch * 2, Start + Epoch * 8, Start + Epoch * 10);
        var loss = Opened.Model(Attesting()).Price(episode);
        Assert.Equal(new Estimate(6 * 6_940 / Gwei, 8 * 6_940 / Gwei, 10 * 6_940 / Gwei), loss.Part("penalty"));
        Assert.Equal(SpreadSource.OutageBounds, Assert.Single(loss.Reasons).Source);
        Assert.Equal(loss.Amount, loss.Reasons[0].Alone);
    }

    [Fact]
    public void Time_that_counts_half_is_half_of_the_validators_away()
    {
        var loss = Opened.Model(Attesting(10)).Price(Opened.Weighed(Start, Epoch * 4, 0.5m));
        Assert.Equal(Exactly(5 * 4 * 6_940), loss.Part("penalty"));
    }

    [Theory]
    [InlineData(EthereumFork.Deneb, 1, AttestationFlags.All)]
    [InlineData(EthereumFork.Deneb, 2, AttestationFlags.Source | AttestationFlags.Target)]
    [InlineData(EthereumFork.Deneb, 5, AttestationFlags.Source | AttestationFlags.Target)]
    [InlineData(EthereumFork.Deneb, 6, AttestationFlags.Target)]
    [InlineData(EthereumFork.Deneb, 40, AttestationFlags.Target)]
    [InlineData(EthereumFork.Altair, 32, AttestationFlags.Target)]
    [InlineData(EthereumFork.Altair, 33, AttestationFlags.None)]
    public void A_late_vote_counts_by_flag(EthereumFork fork, int delay, AttestationFlags flags) =>
        Assert.Equal(flags, new LateAttestationOptions { IncludedAfter = delay }.FlagsAt(fork, 32));

    [Fact]
    public void A_vote_that_never_came_and_one_for_the_wrong_head_count_for_less()
    {
        Assert.Equal(AttestationFlags.None, new LateAttestationOptions().FlagsAt(EthereumFork.Electra, 32));
        Assert.Equal(AttestationFlags.Source | AttestationFlags.Target, new LateAttestationOptions { IncludedAfter = 1, RightHead = false }.FlagsAt(EthereumFork.Electra, 32));
        Assert.Equal(AttestationFlags.Source, new LateAttestationOptions { IncludedAfter = 1, RightTarget = false }.FlagsAt(EthereumFork.Electra, 32));
    }

    [Fact]
    public void Below_two_thirds_of_target_votes_balances_leak_from_the_fourth_epoch_on()
    {
        var options = Attesting() with { Participation = new ParticipationOptions { Source = 0.6m, Target = 0.6m, Head = 0.6m } };
        var three = Opened.Model(options).Price(Opened.Whole(Start, Epoch * 3)).Part("penalty").Likely * Gwei;
        Assert.Equal(3 * 6_940, three);
        // Without a leak 4 less 16 is nothing, so scores begin with the fourth: 4, 8, 12.
        var six = Opened.Model(options).Price(Opened.Whole(Start, Epoch * 6)).Part("penalty").Likely * Gwei;
        Assert.Equal(6 * 6_940 + 1_907 + 3_814 + 5_722, six);
    }

    [Fact]
    public void A_series_that_says_the_finality_delay_is_believed()
    {
        var rows = string.Join('\n', Enumerable.Range(400_000, 4).Select(epoch => $"{epoch},0.9,0.9,0.9,,{(epoch < 400_002 ? 4 : 5)}"));
        var options = Attesting() with { Participation = new ParticipationOptions { File = "p.csv" } };
        var loss = Opened.Model(options, ("p.csv", "epoch,source,target,head,active,finality_delay\n" + rows)).Price(Opened.Whole(Start, Epoch * 4));
        Assert.Equal((4 * 6_940 + 1_907 + 3_814) / Gwei, loss.Part("penalty").Likely);
    }

    [Fact]
    public void An_epoch_that_the_series_lacks_is_an_error_and_never_the_usual()
    {
        var options = Attesting() with { Participation = new ParticipationOptions { File = "p.csv" } };
        var model = Opened.Model(options, ("p.csv", "epoch,source,target,head\n400000,1,1,1\n"));
        Assert.Equal("NIN4273", Assert.Throws<PricingException>(() => model.Price(Opened.Whole(Start, Epoch * 2))).Code);
        var both = Opened.Model(options with { Participation = options.Participation with { Source = 1, Target = 1, Head = 1 } }, ("p.csv", "epoch,source,target,head\n400000,1,1,1\n"));
        Assert.Equal(Exactly(2 * 6_940), both.Price(Opened.Whole(Start, Epoch * 2)).Part("penalty"));
    }

    [Theory]
    [InlineData("epoch,source,target\n1,1,1\n")]
    [InlineData("epoch,source,target,head\n1,1,1.2,1\n")]
    [InlineData("epoch,source,target,head\n1,1,-0.2,1\n")]
    [InlineData("epoch,source,target,head\n1,1,1,1\n1,1,1,1\n")]
    [InlineData("epoch,source,target,head\nx,1,1,1\n")]
    public void A_series_that_is_wrong_is_refused(string text)
    {
        var options = Attesting() with { Participation = new ParticipationOptions { File = "p.csv" } };
        Assert.Equal("NIN4273", Assert.Throws<PricingException>(() => Opened.Model(options, ("p.csv", text))).Code);
    }

    /// <summary>
    /// A fault of 42 epochs in which of 1,000 validators 100 did not attest, 60 voted for a wrong target, and 50 for a wrong head only: participation is 0.90 of
    /// source, 0.84 of target and 0.79 of head votes. Who takes the 0.90 for all flags sees the first hundred alone.
    /// </summary>
    [Fact]
    public void One_number_for_all_flags_underprices_a_fault_of_42_epochs_by_30_percent()
    {
        var seen = new ParticipationOptions { Source = 0.90m, Target = 0.84m, Head = 0.79m };
        var byFlag = Of(Attesting(100), seen)
            + Of(Attesting(60) with { Attestations = new LateAttestationOptions { IncludedAfter = 1, RightTarget = false } }, seen)
            + Of(Attesting(50) with { Attestations = new LateAttestationOptions { IncludedAfter = 1, RightHead = false } }, seen);
        var uniform = Of(Attesting(100), new ParticipationOptions { Source = 0.90m, Target = 0.90m, Head = 0.90m });
        Assert.InRange(1 - uniform / byFlag, 0.28m, 0.31m);

        decimal Of(EthereumLossOptions options, ParticipationOptions participation) =>
            Opened.Model(options with { Participation = participation }).Price(Opened.Whole(Start, Epoch * 42)).Amount.Likely;
    }

    [Fact]
    public void Known_proposals_in_lost_time_forgo_the_chain_s_reward_and_the_tips()
    {
        var options = Attesting() with
        {
            Proposals = new ProposalOptions { Slots = [400_000L * 32 + 2, 400_000L * 32 + 40], Mev = Opened.Amount("0.03 ETH"), MevLow = Opened.Amount("0.01 ETH"), MevHigh = Opened.Amount("0.5 ETH") },
        };
        var loss = Opened.Model(options).Price(Opened.Whole(Start, Epoch));
        var votes = 347L * 34_000_000 * 54 / 32 / 448;
        var reward = votes + 22_502 * 8 / 56 * 512;
        Assert.Equal((9_369 + reward) / Gwei + 0.03m, loss.Part("forgone").Likely);
        Assert.Equal((9_369 + reward) / Gwei + 0.01m, loss.Part("forgone").Low);
        Assert.Equal((9_369 + reward) / Gwei + 0.5m, loss.Part("forgone").High);
        Assert.Equal(SpreadSource.Demand, Assert.Single(loss.Reasons).Source);
    }

    [Fact]
    public void Expected_proposals_follow_the_stake_and_may_be_none()
    {
        var options = Attesting(1_000) with { Proposals = new ProposalOptions() };
        var loss = Opened.Model(options).Price(Opened.Whole(Start, Epoch * 10));
        var without = Opened.Model(Attesting(1_000)).Price(Opened.Whole(Start, Epoch * 10));
        var expected = 320 * 32_000m / 34_000_000 * (347L * 34_000_000 * 54 / 32 / 448 + 22_502 * 8 / 56 * 512) / Gwei;
        Assert.Equal(expected, loss.Amount.Likely - without.Amount.Likely, 12);
        Assert.Equal(0, loss.Amount.Low - without.Amount.Low);
        Assert.Contains(loss.Assumptions, said => said.StartsWith("Tips and MEV", StringComparison.Ordinal));
    }

    [Fact]
    public void Since_Electra_a_slashing_begins_with_a_4096th_and_grows_with_those_slashed_beside_it()
    {
        var rewards = new EpochRewards(EthereumNetwork.Mainnet, new EpochConditions(34_000_000, 34_000_000, 34_000_000, 34_000_000, false, EthereumFork.Electra));
        var alone = SlashingLoss.Of(EthereumNetwork.Mainnet, rewards, 32, 32_000_000_000);
        Assert.Equal((7_812_500, 2_823 * 32, 8_192L * 6_940), (alone.Initial, alone.Correlation, alone.Attestations));
        Assert.Equal(8_192L * 9_369, alone.Forgone);
        var bellatrix = new EpochRewards(EthereumNetwork.Mainnet, rewards.Conditions with { Fork = EthereumFork.Bellatrix });
        Assert.Equal((1_000_000_000, 0), (SlashingLoss.Of(EthereumNetwork.Mainnet, bellatrix, 32, 32_000_000_000).Initial, SlashingLoss.Of(EthereumNetwork.Mainnet, bellatrix, 32, 32_000_000_000).Correlation));
        // A third of the network: everything.
        Assert.Equal(32_000_000_000L, SlashingLoss.Correlated(32, 34_000_000, 34_000_000L * 1_000_000_000 / 3 + 1, 3, EthereumFork.Electra));
    }

    [Fact]
    public void A_slashing_is_priced_with_the_lost_time_that_it_falls_into()
    {
        var options = Attesting() with { Slashings = [new SlashingOptions { At = Start + Epoch, Validators = 2 }] };
        var within = Opened.Model(options).Price(Opened.Whole(Start, Epoch * 2)).Part("penalty").Likely;
        Assert.True(within > 2 * 0.0078125m + 2 * 0.0568m && within < 0.15m, $"{within}");
        Assert.Equal(Exactly(2 * 6_940), Opened.Model(options).Price(Opened.Whole(Start + Epoch * 2, Epoch * 2)).Part("penalty"));
    }

    [Fact]
    public void On_Gnosis_a_coin_is_32_increments_and_an_epoch_16_slots_of_5_seconds()
    {
        var gnosis = EthereumNetwork.Of(EthereumNetworkName.Gnosis);
        var options = Attesting(total: "300000 GNO") with { Network = EthereumNetworkName.Gnosis };
        var loss = Opened.Model(options).Price(Opened.Whole(gnosis.Genesis + Duration.FromSeconds(80) * 1_500_000, Duration.FromSeconds(80) * 10));
        var perIncrement = EpochRewards.BaseRewardPerIncrement(gnosis, 9_600_000);
        Assert.Equal(25_000_000_000 / 97_979_589, perIncrement);
        Assert.Equal((new Currency("GNO"), 10 * (32 * perIncrement * 14 / 64 + 32 * perIncrement * 26 / 64) / 32_000_000_000m), (loss.Currency, loss.Part("penalty").Likely));
    }

    /// <summary>Times of forks as execution clients have them and as configs state beside the epochs: known apart from genesis and epoch.</summary>
    [Theory]
    [InlineData(EthereumNetworkName.Mainnet, EthereumFork.Altair, "2021-10-27T10:56:23Z")]
    [InlineData(EthereumNetworkName.Mainnet, EthereumFork.Bellatrix, "2022-09-06T11:34:47Z")]
    [InlineData(EthereumNetworkName.Mainnet, EthereumFork.Deneb, "2024-03-13T13:55:35Z")]
    [InlineData(EthereumNetworkName.Mainnet, EthereumFork.Electra, "2025-05-07T10:05:11Z")]
    [InlineData(EthereumNetworkName.Gnosis, EthereumFork.Bellatrix, "2022-11-30T19:23:40Z")]
    [InlineData(EthereumNetworkName.Gnosis, EthereumFork.Deneb, "2024-03-11T18:30:20Z")]
    [InlineData(EthereumNetworkName.Gnosis, EthereumFork.Electra, "2025-04-30T14:03:40Z")]
    [InlineData(EthereumNetworkName.Hoodi, EthereumFork.Electra, "2025-03-26T14:37:12Z")]
    [InlineData(EthereumNetworkName.Holesky, EthereumFork.Deneb, "2024-02-07T11:34:24Z")]
    [InlineData(EthereumNetworkName.Holesky, EthereumFork.Electra, "2025-02-24T21:55:12Z")]
    [InlineData(EthereumNetworkName.Sepolia, EthereumFork.Deneb, "2024-01-30T22:51:12Z")]
    [InlineData(EthereumNetworkName.Sepolia, EthereumFork.Electra, "2025-03-05T07:29:36Z")]
    public void Genesis_and_a_fork_s_epoch_give_the_time_at_which_it_happened(EthereumNetworkName name, EthereumFork fork, string at)
    {
        var network = EthereumNetwork.Of(name);
        var epoch = network.Forks.Single(one => one.Fork == fork).Epoch;
        Assert.Equal(InstantPattern.General.Parse(at).Value, network.Genesis + network.Slot * (network.SlotsPerEpoch * epoch));
    }

    [Fact]
    public void On_Holesky_a_validator_is_ejected_at_28_and_elsewhere_at_16()
    {
        Assert.Equal(28, EthereumNetwork.Of(EthereumNetworkName.Holesky).EjectionIncrements);
        foreach (var name in Enum.GetValues<EthereumNetworkName>().Where(name => name != EthereumNetworkName.Holesky)) Assert.Equal(16, EthereumNetwork.Of(name).EjectionIncrements);
        var holesky = EthereumNetwork.Of(EthereumNetworkName.Holesky);
        ValidatorLane[] lanes = [new(28_000_000_000, 28, 32, 0), new(29_000_000_000, 29, 32, 0)];
        var rewards = new EpochRewards(holesky, new EpochConditions(1_600_000, 1_600_000, 1_600_000, 1_600_000, false, EthereumFork.Electra));
        new EpochSettlement(holesky).Settle(lanes, 0, rewards, [AttestationFlags.All, AttestationFlags.All]);
        Assert.Equal((true, false), (lanes[0].Ejected, lanes[1].Ejected));
    }

    [Fact]
    public void An_outage_before_genesis_and_one_before_Altair_are_refused()
    {
        var model = Opened.Model(Attesting());
        Assert.Equal("NIN4270", Assert.Throws<PricingException>(() => model.Price(Opened.Whole(Instant.FromUtc(2020, 1, 1, 0, 0), Epoch))).Code);
        Assert.Equal("NIN4271", Assert.Throws<PricingException>(() => model.Price(Opened.Whole(Instant.FromUtc(2021, 1, 1, 0, 0), Epoch))).Code);
    }

    [Fact]
    public void Wrong_options_are_named_with_what_to_write()
    {
        var none = Attesting(0);
        Assert.Contains(none.Mistakes(), mistake => mistake.Key == "validators");
        Assert.Contains((Attesting() with { TotalStake = Opened.Amount("34000000 USD") }).Mistakes(), mistake => mistake.Key == "total_stake");
        Assert.Contains((Attesting() with { TotalStake = Opened.Amount("-1 ETH") }).Mistakes(), mistake => mistake.Key == "total_stake");
        Assert.Contains((Attesting() with { TotalStake = Opened.Amount("900000000 ETH") }).Mistakes(), mistake => mistake.Key == "total_stake");
        Assert.Contains((Attesting() with { Participation = new ParticipationOptions { Source = 1.1m, Target = 1, Head = 1 } }).Mistakes(), mistake => mistake.Key == "participation");
        Assert.Contains((Attesting() with { Participation = new ParticipationOptions { Target = 1 } }).Mistakes(), mistake => mistake.Key == "participation");
        Assert.Contains((Attesting() with { Network = EthereumNetworkName.Custom }).Mistakes(), mistake => mistake.Key == "genesis");
        Assert.Contains((Attesting() with { Validators = [new ValidatorSetOptions { Count = 1, EffectiveBalance = Opened.Amount("64 ETH") }] }).Mistakes(), mistake => mistake.Key == "validators");
        Assert.Contains((Attesting() with { Validators = [new ValidatorSetOptions { Count = 1, EffectiveBalance = Opened.Amount("31.5 ETH") }] }).Mistakes(), mistake => mistake.Key == "validators");
    }

    [Fact]
    public void Every_step_is_written_down_with_the_function_it_is_from()
    {
        var working = new Working();
        Opened.Model(Attesting(100) with { Proposals = new ProposalOptions(), Sync = new SyncCommitteeOptions() }).Price(Opened.Whole(Start, Epoch * 75), working);
        Assert.Contains(working.Steps, step => step.Name == "base reward per increment" && step.Value == "347" && step.Source!.Contains("get_base_reward_per_increment", StringComparison.Ordinal));
        Assert.Contains(working.Steps, step => step.Name == "source votes' penalty" && step.Value == (100 * 75 * 2_429).ToString("N0", System.Globalization.CultureInfo.InvariantCulture));
        Assert.Contains(working.Steps, step => step.Name == "loss");
    }
}
