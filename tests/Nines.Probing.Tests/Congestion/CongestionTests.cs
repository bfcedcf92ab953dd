using System.Collections.Immutable;
using System.Globalization;
using System.Numerics;
using FsCheck;
using FsCheck.Fluent;
using Nines.Chains.Evm;
using Nines.Core.Components;
using Nines.Core.Observations;
using Nines.Probing.Congestion;
using Nines.Testing;
using NodaTime;

namespace Nines.Probing.Tests.Congestion;

public sealed class CongestionTests
{
    /// <summary>The first account that anvil makes: published with it, and worth nothing anywhere else.</summary>
    private const string Key = "0xac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80";

    private static readonly Instant Start = Instant.FromUnixTimeSeconds(1_700_000_000);
    private static readonly Uri Nowhere = new("http://127.0.0.1:1/");

    private static CongestionOptions Swap(decimal value) => new() { Url = Nowhere, Action = "swap", Gas = 150_000, Value = value, NativePrice = 2_000m };

    private static FeeHistory History(params int[] baseFeesInGwei) => new(
        new BlockNumber(100), [.. baseFeesInGwei.Select(gwei => new Wei(new BigInteger(gwei) * 1_000_000_000))], [.. baseFeesInGwei.SkipLast(1).Select(_ => 0.5)],
        [.. baseFeesInGwei.SkipLast(1).Select(_ => ImmutableArray.Create(new Wei(1_000_000_000)))], [], []);

    [Fact]
    public void The_same_price_of_gas_stops_a_small_swap_and_not_a_great_transfer()
    {
        // 150,000 gas at 51 gwei are 0.00765 coins, 15.3 at 2,000 a coin.
        var history = History(5, 5, 50);
        var small = new FeeReckoning(Swap(20m), history, 2_000m);
        Assert.Equal((15.3, 0.765, false), (Math.Round(small.FeeInMoney!.Value, 6), Math.Round(small.FeeShare!.Value, 6), small.IsAffordable));
        Assert.Equal("gas costs 51 gwei, 15.3 for 150,000 gas, 76.5 % of 20; the limit is 6.6667 gwei", small.Why());
        var great = new FeeReckoning(Swap(1_000_000m) with { Gas = 21_000 }, history, 2_000m);
        Assert.True(great.IsAffordable);
        Assert.Equal("", great.Why());
    }

    [Fact]
    public void It_is_too_dear_since_the_first_of_the_blocks_that_could_not_take_it_any_more()
    {
        Assert.Equal(new BlockNumber(102), new FeeReckoning(Swap(20m), History(50, 5, 50, 60, 70), 2_000m).UnaffordableSince);
        Assert.Equal(new BlockNumber(102), new FeeReckoning(Swap(20m), History(5, 5, 50), 2_000m).UnaffordableSince);   // only the one to come
        Assert.Equal(new BlockNumber(100), new FeeReckoning(Swap(20m), History(50, 50, 50), 2_000m).UnaffordableSince);
        Assert.Null(new FeeReckoning(Swap(20m), History(50, 50, 5), 2_000m).UnaffordableSince);
    }

    [Fact]
    public void Without_a_price_a_limit_in_money_says_nothing_and_one_in_gwei_does()
    {
        Assert.Null(new FeeReckoning(Swap(20m), History(5, 50), null).IsAffordable);
        Assert.False(new FeeReckoning(Swap(20m) with { Value = null, MaxGasPrice = 40m }, History(5, 50), null).IsAffordable);
        Assert.True(new FeeReckoning(Swap(20m) with { Value = null, MaxGasPrice = 51m }, History(5, 50), null).IsAffordable);
    }

    [Fact]
    public void Whatever_a_node_says_of_its_fees_is_reckoned_with()
    {
        var wei = from digits in Gen.Choose(0, 77) select new Wei(BigInteger.Min(BigInteger.Pow(10, digits), BigInteger.Pow(2, 256) - 1));
        var histories = from blocks in Gen.Choose(0, 5)
                        from fees in Gen.ArrayOf(wei, 6)
                        from count in Gen.Choose(0, 6)
                        from ratios in Gen.ArrayOf(Gen.Elements(0.0, 0.5, 1.0, double.NaN, 1e300), blocks)
                        from rewards in Gen.ArrayOf(from some in Gen.Choose(0, 2) from reward in Gen.ArrayOf(wei, some) select reward.ToImmutableArray(), blocks)
                        select new FeeHistory(new BlockNumber(7), [.. fees.Take(count)], [.. ratios], [.. rewards], [], []);
        var prices = Gen.Elements<decimal?>(null, 0m, 0.000000000000000001m, 2_000m, 79_000_000_000_000m);
        Prop.ForAll(histories.SelectMany(history => prices.Select(price => (history, price))).ToArbitrary(), given =>
        {
            var reckoning = new FeeReckoning(Swap(20m) with { MaxFee = 3m, MaxGasPrice = 1m }, given.history, given.price);
            _ = (reckoning.Why(), reckoning.FeeInMoney, reckoning.FeeShare, reckoning.GasUsedRatio, reckoning.FeeInCoins);
            return (reckoning.UnaffordableSince is null) == (reckoning.IsAffordable is not false);
        }).Check(SameDraws.Config.WithMaxTest(10_000));
    }

    [Fact]
    public void Canaries_never_spend_more_in_any_day_than_the_cap_and_a_24th_of_it_and_never_two_at_once()
    {
        var plans = from steps in Gen.ListOf(from wait in Gen.Choose(1, 7_200) from gwei in Gen.Choose(1, 400) from lands in Gen.Choose(0, 3) select (wait, gwei, lands))
                    select steps.ToArray();
        Prop.ForAll(plans.ToArbitrary(), plan =>
        {
            var cap = 0.02m;
            var canary = new Canary(new CanaryOptions { Key = Key, DailyCap = cap, Every = Duration.FromSeconds(30) }, Start);
            var now = Start;
            var nonce = 0ul;
            var spent = new List<(Instant At, BigInteger Cost)>();
            foreach (var (wait, gwei, lands) in plan)
            {
                now += Duration.FromSeconds(wait);
                if (canary.Pending is { } flight)
                {
                    if (lands == 0) continue;
                    canary.Taken(now, now, flight.MostCost);
                    nonce++;
                }
                var price = new BigInteger(gwei) * 1_000_000_000;
                if (canary.Next(now, new ChainId(31337), price, 1, nonce, nonce, BigInteger.Pow(10, 20)) is not { } signed) continue;
                Assert.Equal(nonce, signed.Body.Nonce);
                spent.Add((now, price * Canary.GasLimit));
            }
            var most = FeeReckoning.WeiOf(cap) * 25 / 24;
            return spent.All(first => spent.Where(other => other.At >= first.At && other.At - first.At < Duration.FromDays(1)).Aggregate(BigInteger.Zero, (sum, one) => sum + one.Cost) <= most);
        }).Check(SameDraws.Config.WithMaxTest(2_000).WithEndSize(200));
    }

    [Fact]
    public void A_canary_of_an_earlier_run_is_waited_for_and_one_that_no_node_knows_is_sent_again()
    {
        var canary = new Canary(new CanaryOptions { Key = Key, DailyCap = 10m }, Start);
        var later = Start + Duration.FromHours(1);
        Assert.Null(canary.Next(later, new ChainId(1), 1_000_000_000, 1, 5, 6, BigInteger.Pow(10, 20)));
        Assert.Equal(Duration.FromSeconds(30), canary.Waited(later + Duration.FromSeconds(30)));
        canary.Taken(later, later, null);
        Assert.Null(canary.Inclusion);   // how long it had waited nobody knows

        Assert.NotNull(canary.Next(later, new ChainId(1), 1_000_000_000, 1, 6, 6, BigInteger.Pow(10, 20)));
        canary.Lost(later + Duration.FromSeconds(5));
        Assert.NotNull(canary.Next(later + Duration.FromSeconds(6), new ChainId(1), 1_000_000_000, 1, 6, 6, BigInteger.Pow(10, 20)));
        canary.Refused("max fee per gas less than block base fee");
        Assert.NotNull(canary.Next(later + Duration.FromSeconds(7), new ChainId(1), 1_000_000_000, 1, 6, 6, BigInteger.Pow(10, 20)));
        Assert.Equal(Duration.FromSeconds(8), canary.Waited(later + Duration.FromSeconds(8)));   // its user has waited since the first
        canary.Taken(later + Duration.FromSeconds(9), later + Duration.FromSeconds(9), 1);
        Assert.Equal((Duration.FromSeconds(9), Duration.Zero), (canary.Inclusion, canary.Waited(later + Duration.FromSeconds(10))));

        // One that the node refuses at once waits for nobody.
        Assert.NotNull(canary.Next(later + Duration.FromHours(2), new ChainId(1), 1_000_000_000, 1, 7, 7, BigInteger.Pow(10, 20)));
        canary.Refused("the account is not known");
        Assert.Equal(Duration.Zero, canary.Waited(later + Duration.FromHours(3)));
    }

    [Fact]
    public void A_canary_that_cannot_be_paid_is_not_sent_and_says_why()
    {
        var canary = new Canary(new CanaryOptions { Key = Key, DailyCap = 0.01m }, Start);
        Assert.Null(canary.Next(Start, new ChainId(1), 1_000_000_000, 1, 0, 0, BigInteger.Pow(10, 20)));
        Assert.Contains("no canary yet: 0 of 0.000021 are saved up", canary.Note);
        Assert.Null(canary.Next(Start + Duration.FromDays(3), new ChainId(1), 1_000_000_000_000, 1, 0, 0, BigInteger.Pow(10, 20)));
        Assert.Contains("more than a 24th of daily_cap", canary.Note);
        Assert.Null(canary.Next(Start + Duration.FromDays(3), new ChainId(1), 1_000_000_000, 1, 0, 0, 5));
        Assert.Contains($"its account {canary.Account} has", canary.Note);
        Assert.DoesNotContain(Key[2..], $"{canary.Note}{canary}", StringComparison.OrdinalIgnoreCase);
    }

    [Theory]
    [InlineData("nothing", "has nothing to compare with")]
    [InlineData("price", "what one coin costs")]
    [InlineData("key", "is no private key")]
    [InlineData("inclusion", "a canary needs a limit")]
    public void A_mistake_in_the_options_is_told_with_how_to_mend_it(string kind, string says)
    {
        var canary = new CanaryOptions { Key = kind == "key" ? "0x12" : Key, DailyCap = 1m };
        var wrong = kind switch
        {
            "nothing" => Swap(20m) with { Value = null },
            "price" => Swap(20m) with { NativePrice = null },
            "key" => Swap(20m) with { Canary = canary, MaxInclusion = Duration.FromMinutes(1) },
            _ => Swap(20m) with { Canary = canary },
        };
        Assert.Contains(says, Assert.Single(new CongestionProbeType().Validate(wrong)).Message);
    }

    [Fact]
    public async Task On_a_real_chain_a_base_fee_times_ten_is_found_and_canaries_measure_inclusion()
    {
        Assert.SkipWhen(Lab.Missing is not null, Lab.Missing ?? "");
        await using var chain = await Lab.StartAsync("chain.mjs");
        await SetBaseFeeAsync(chain, 1);
        var options = Swap(20m) with { Url = chain.Url, MaxInclusion = Duration.FromSeconds(5), Canary = new CanaryOptions { Key = Key, DailyCap = 500m, Every = Duration.FromSeconds(5) } };
        var probe = Look.WithDefaults("congestion", options);
        await using var looking = Look.Make(probe);
        Sight sight = default;
        for (var looks = 0; looks < 400 && (looks == 0 || sight.Value(probe, "canaries").Number < 1); looks++)
        {
            sight = await Look.OnceAsync(looking, Look.Long);
            Assert.Empty(sight.Broken(probe));
            await Task.Delay(TimeSpan.FromMilliseconds(250), TimeProvider.System);
        }
        Assert.Equal(1, sight.Value(probe, "canaries").Number);
        Assert.InRange(sight.Value(probe, "inclusion").Number, 0, 5);

        // No block any more: the next canary waits, and nothing else is wrong.
        await chain.CallAsync("evm_setIntervalMining", 0);
        for (var looks = 0; looks < 400 && sight.Value(probe, "canary_waits").Number < 5; looks++)
        {
            sight = await Look.OnceAsync(looking, Look.Long);
            await Task.Delay(TimeSpan.FromMilliseconds(250), TimeProvider.System);
        }
        Assert.Equal(["canary_waits < 5s"], sight.Broken(probe));

        await SetBaseFeeAsync(chain, 60);
        await chain.CallAsync("evm_setIntervalMining", 1);
        for (var looks = 0; looks < 400 && !sight.Broken(probe).Contains("unaffordable_for < 5s"); looks++)
        {
            await SetBaseFeeAsync(chain, 60);
            sight = await Look.OnceAsync(looking, Look.Long);
            await Task.Delay(TimeSpan.FromMilliseconds(250), TimeProvider.System);
        }
        Assert.Contains("unaffordable_for < 5s", sight.Broken(probe));
        Assert.Contains("% of 20; the limit is 6.6667 gwei", sight.Value(probe, "why").Text);
    }

    private static Task SetBaseFeeAsync(Lab chain, long gwei) => chain.CallAsync("anvil_setNextBlockBaseFeePerGas", string.Create(CultureInfo.InvariantCulture, $"0x{gwei * 1_000_000_000:x}"));
}
