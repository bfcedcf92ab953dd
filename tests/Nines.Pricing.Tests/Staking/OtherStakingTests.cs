using Nines.Pricing.Losses;
using Nines.Pricing.Money;
using Nines.Pricing.Staking;
using Nines.Pricing.Staking.Cosmos;
using Nines.Pricing.Staking.Polkadot;
using Nines.Pricing.Staking.Solana;
using NodaTime;

namespace Nines.Pricing.Tests.Staking;

public sealed class OtherStakingTests
{
    private static readonly Instant Start = Instant.FromUtc(2026, 3, 2, 9, 0);
    private static readonly Duration Block = Duration.FromSeconds(6);

    private static readonly CosmosLossOptions Hub = new()
    {
        Stake = Opened.Amount("1500000.7 ATOM"),
        YearlyReward = 0.146m,
        SignedBlocksWindow = 10_000,
        MinSignedPerWindow = 0.05m,
        SlashFractionDowntime = 0.0001m,
        DowntimeJailDuration = Duration.FromMinutes(10),
    };

    [Fact]
    public void Of_a_window_of_10000_with_5_percent_to_sign_the_9501st_miss_is_jailed()
    {
        var model = Opened.Model(Hub);
        Assert.Equal(9_500, Hub.MostMissed);
        Assert.Equal(Estimate.Zero, model.Price(Opened.Whole(Start, Block * 9_500)).Amount);
        var jailed = model.Price(Opened.Whole(Start, Block * 9_501));
        // Whole coins of power: 0.01 % of 1,500,000.
        Assert.Equal(Estimate.Exact(150m), jailed.Part("penalty"));
        // In jail for ten minutes from the block of the 9,501st miss on.
        Assert.Equal(Estimate.Exact(600 * 1_500_000.7m * 0.146m / 31_536_000), jailed.Part("forgone"));
        Assert.Equal(LossClass.Stake, jailed.Class);
    }

    [Fact]
    public void Who_stays_away_beyond_the_jail_earns_nothing_until_it_is_back_and_unjailed()
    {
        var loss = Opened.Model(Hub with { UnjailDelay = Duration.FromMinutes(5) }).Price(Opened.Whole(Start, Block * 9_500 + Duration.FromHours(2)));
        Assert.Equal(Estimate.Exact((2 * 3_600 + 300) * 1_500_000.7m * 0.146m / 31_536_000), loss.Part("forgone"));
        Assert.Equal(Estimate.Exact(150m), loss.Part("penalty"));
    }

    [Fact]
    public void Nothing_is_claimed_of_a_jail_beyond_what_is_known_of_an_open_outage()
    {
        var open = Opened.Whole(Start, Block * 9_501) with { IsOpen = true };
        Assert.Equal(6 * 1_500_000.7m * 0.146m / 31_536_000, Opened.Model(Hub).Price(open).Part("forgone").Likely, 15);
    }

    [Fact]
    public void Misses_from_before_bring_the_jail_nearer_by_where_they_lie()
    {
        var before = Hub with { MissedBefore = 5_000 };
        // At worst none of them leaves the window: 4,501 more; at best each leaves as a new one comes.
        Assert.Equal(new Estimate(0, 0, 150), Opened.Model(before).Price(Opened.Whole(Start, Block * 4_501)).Part("penalty"));
        Assert.Equal(new Estimate(0, 150, 150), Opened.Model(before).Price(Opened.Whole(Start, Block * 9_100)).Part("penalty"));
        Assert.Equal(Estimate.Exact(150), Opened.Model(before).Price(Opened.Whole(Start, Block * 9_501)).Part("penalty"));
        Assert.Contains(Opened.Model(before).Price(Opened.Whole(Start, Block * 4_501)).Reasons, reason => reason.Source == SpreadSource.Model);
    }

    [Fact]
    public void Misses_leave_the_window_after_its_length()
    {
        // 9,000 missed, 9,000 signed, 9,000 missed: at no block are more than 9,500 of the last 10,000 missed.
        var episode = Opened.Whole(Start, Block * 9_000) with { Id = "staked-1" };
        var twice = episode with { Spans = [.. episode.Spans, .. Opened.Whole(Start + Block * 18_000, Block * 9_000).Spans] };
        Assert.Equal(Estimate.Zero, Opened.Model(Hub).Price(twice).Amount);
        var soon = episode with { Spans = [.. episode.Spans, .. Opened.Whole(Start + Block * 9_100, Block * 9_000).Spans] };
        Assert.Equal(150, Opened.Model(Hub).Price(soon).Part("penalty").Likely);
    }

    [Theory]
    [InlineData(101, 1)]
    [InlineData(102, 2)]
    public void Who_was_unjailed_is_not_jailed_again_within_a_window_of_that(int blocks, int times)
    {
        // The SDK's defaults. Jailed at the 51st miss, until block 150. Then 51 misses are not enough: the window after it has to pass.
        var options = new CosmosLossOptions { Stake = Opened.Amount("1000 ATOM"), YearlyReward = 0 };
        var once = Opened.Whole(Start, Block * 51);
        var twice = once with { Spans = [.. once.Spans, .. Opened.Whole(Start + Block * 150, Block * blocks).Spans] };
        Assert.Equal(Estimate.Exact(times * 10m), Opened.Model(options).Price(twice).Part("penalty"));
    }

    [Fact]
    public void Of_delegated_stake_the_operator_bears_its_own_and_its_commission()
    {
        var own = Hub with { Stake = Opened.Amount("1000000 ATOM"), Delegation = new DelegationOptions { Commission = 0.1m, Own = 0.05m, Counted = false } };
        var loss = Opened.Model(own).Price(Opened.Whole(Start, Block * 9_501));
        Assert.Equal(5m, loss.Part("penalty").Likely);
        Assert.Equal(600 * 1_000_000m * 0.146m / 31_536_000 * 0.145m, loss.Part("forgone").Likely, 12);
    }

    [Fact]
    public void The_sdk_s_defaults_are_stated_where_they_stand_in()
    {
        var loss = Opened.Model(new CosmosLossOptions { Stake = Opened.Amount("1000 ATOM"), YearlyReward = 0 }).Price(Opened.Whole(Start, Block * 51));
        Assert.Equal(10m, loss.Part("penalty").Likely);
        Assert.Contains(loss.Assumptions, said => said.Contains("signed_blocks_window 100, min_signed_per_window 0.5", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(1, 16)]
    [InlineData(2, 16)]
    [InlineData(3, 15)]
    [InlineData(16, 2)]
    [InlineData(17, 1)]
    [InlineData(500, 1)]
    public void A_vote_has_credits_by_its_latency(int latency, int credits) => Assert.Equal(credits, SolanaLossOptions.Credits(latency));

    [Fact]
    public void An_hour_of_400_ms_slots_is_9000_slots_and_144000_credits()
    {
        var working = new Working();
        var loss = Opened.Model(new SolanaLossOptions { EpochReward = Opened.Amount("48 SOL") }).Price(Opened.Whole(Start, Duration.FromHours(1)), working);
        Assert.Contains(working.Steps, step => step.Name == "lost slots by weight" && step.Value.StartsWith("9,000 ", StringComparison.Ordinal));
        Assert.Contains(working.Steps, step => step.Name == "credits lost" && step.Value.StartsWith("144,000 ", StringComparison.Ordinal));
        Assert.Equal(Estimate.Exact(1), loss.Amount);
    }

    [Fact]
    public void Late_votes_lose_the_difference_in_credits()
    {
        var loss = Opened.Model(new SolanaLossOptions { EpochReward = Opened.Amount("48 SOL"), LateLatency = 10 }).Price(Opened.Whole(Start, Duration.FromHours(1)));
        Assert.Equal(0.5m, loss.Amount.Likely);
    }

    [Fact]
    public void Leader_slots_come_four_in_a_row_and_may_be_none()
    {
        var options = new SolanaLossOptions { EpochReward = Opened.Amount("0 SOL"), LeaderSlots = 960, BlockReward = Opened.Amount("0.05 SOL"), BlockRewardLow = Opened.Amount("0.02 SOL"), BlockRewardHigh = Opened.Amount("0.2 SOL") };
        var loss = Opened.Model(options).Price(Opened.Whole(Start, Duration.FromHours(1)));
        Assert.Equal((20 * 0.05m, 0m), (loss.Amount.Likely, loss.Part("votes").Likely));
        // Five rows expected: 1 to 10 of them, 95 times of 100.
        Assert.Equal((4 * 0.02m, 40 * 0.2m), (loss.Amount.Low, loss.Amount.High));
    }

    [Theory]
    [InlineData(0, 100, 0)]
    [InlineData(10, 100, 0)]
    [InlineData(11, 100, 0)]
    [InlineData(12, 100, 0.0021)]
    [InlineData(44, 100, 0.0693)]
    [InlineData(45, 100, 0.07)]
    [InlineData(100, 100, 0.07)]
    [InlineData(1, 5, 0)]
    public void Unresponsiveness_slashes_only_with_many_others(int offline, int validators, double fraction) =>
        Assert.Equal((decimal)fraction, PolkadotLossOptions.SlashFraction(offline, validators));

    [Fact]
    public void A_chain_without_the_offence_costs_era_points_alone_and_says_so()
    {
        var options = new PolkadotLossOptions { Stake = Opened.Amount("2000000 DOT"), EraReward = Opened.Amount("600 DOT"), Unresponsiveness = false, Offline = 100, Validators = 100 };
        var loss = Opened.Model(options).Price(Opened.Whole(Start, Duration.FromHours(12)));
        Assert.Equal((Estimate.Zero, Estimate.Exact(300)), (loss.Part("penalty"), loss.Part("forgone")));
        Assert.Contains("The chain does not slash for being offline: so the config says.", loss.Assumptions);
        var with = Opened.Model(options with { Unresponsiveness = true, Offline = 45 }).Price(Opened.Whole(Start, Duration.FromHours(10)));
        // Two and a half sessions: one or two whole ones, in one era.
        Assert.Equal(Estimate.Exact(140_000), with.Part("penalty"));
        Assert.Equal(new Estimate(0, 140_000, 140_000), Opened.Model(options with { Unresponsiveness = true, Offline = 45 }).Price(Opened.Whole(Start, Duration.FromHours(7))).Part("penalty"));
    }

    [Fact]
    public void Options_that_cannot_be_are_named()
    {
        Assert.Contains((Hub with { Stake = Opened.Amount("-1 ATOM") }).Mistakes(), mistake => mistake.Key == "stake");
        Assert.Contains((Hub with { MissedBefore = 9_501 }).Mistakes(), mistake => mistake.Key == "missed_before");
        Assert.Contains((Hub with { MinSignedPerWindow = 5 }).Mistakes(), mistake => mistake.Key == "min_signed_per_window");
        Assert.Contains((Hub with { Delegation = new DelegationOptions { Own = 2 } }).Mistakes(), mistake => mistake.Key == "delegation");
        Assert.Contains(new SolanaLossOptions { EpochReward = Opened.Amount("1 SOL"), LeaderSlots = 4 }.Mistakes(), mistake => mistake.Key == "block_reward");
        Assert.Contains(new PolkadotLossOptions { Stake = Opened.Amount("1 DOT"), EraReward = Opened.Amount("1 DOT"), Unresponsiveness = true }.Mistakes(), mistake => mistake.Key == "validators");
    }
}
