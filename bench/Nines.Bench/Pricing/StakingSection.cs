using System.Diagnostics;
using Nines.Bench.Sections;
using Nines.Core.Components;
using Nines.Ledger;
using Nines.Pricing.Losses;
using Nines.Pricing.Money;
using Nines.Pricing.Plan;
using Nines.Pricing.Staking.Ethereum;
using Nines.Pricing.Tests.Staking;
using NodaTime;

namespace Nines.Bench.Pricing;

/// <summary>
/// A million validators over a day of 225 epochs on one core. Once as a config has them: alike, so that equal histories are settled once. And once as
/// bad as it can be: every balance, score and vote differs, so that each validator is settled in each epoch. Beside it the specification's functions
/// as they are written, on fewer validators, to the same gwei.
/// </summary>
internal sealed class StakingSection : BenchSection
{
    private const int Validators = 1_000_000, Epochs = 225, Literals = 400, Votes = Validators + Epochs * Stride + 1_024, Stride = 4_999;

    public override string Bench => "pricing";
    public override string Name => "staking";

    public override Task<IReadOnlyList<Figure>> MeasureAsync(BenchOptions options, int runs)
    {
        var (alike, differing, leaking) = (new List<double>(), new List<double>(), new List<double>());
        var votes = new AttestationFlags[Votes];
        var random = new Random(1);
        for (var i = 0; i < votes.Length; i++) votes[i] = (AttestationFlags)random.Next(8);
        var allocated = 0L;
        for (var run = 0; run <= runs; run++)
        {
            var same = Alike();
            var (without, bytes) = Differing(votes, leak: false);
            var (within, _) = Differing(votes, leak: true);
            if (run == 0) continue; // the first one warms the compiler up
            alike.Add(same);
            differing.Add(without);
            leaking.Add(within);
            allocated = bytes;
        }
        var (ours, literal) = Literal();
        return Task.FromResult<IReadOnlyList<Figure>>(
        [
            new Figure("staking_alike_ms", Math.Round(Median.Of(alike), 3), "ms", "lower", 2_000) { Note = "1,000,000 validators that are alike × 225 epochs through the model: equal histories are settled once" },
            new Figure("staking_all_different_s", Math.Round(Median.Of(differing), 3), "s", "lower", 2) { Note = "1,000,000 validators × 225 epochs on one core, every balance, score and vote different" },
            new Figure("staking_all_different_leak_s", Math.Round(Median.Of(leaking), 3), "s", "lower", 2) { Note = "the same in an inactivity leak" },
            new Figure("staking_allocated_bytes", allocated, "B", "lower") { Note = "while 225,000,000 duties are settled" },
            new Figure("staking_duties_per_second", Math.Round(ours), "1/s", "higher") { Note = $"settled, {Literals} validators that all differ" },
            new Figure("staking_literal_duties_per_second", Math.Round(literal), "1/s", "higher") { Note = "the specification's functions as they are written, same validators, same gwei" },
        ]);
    }

    private static double Alike()
    {
        var component = new ComponentId("validators");
        var options = new EthereumLossOptions
        {
            Validators = [new ValidatorSetOptions { Count = Validators }],
            TotalStake = new Amount(34_000_000, Currency.Eth),
            Participation = new ParticipationOptions { Source = 0.99m, Target = 0.98m, Head = 0.97m },
        };
        var plan = PricingPlan.Open(new PricingOptions { Currency = Currency.Eth, Losses = [new LossOptions { Component = component, Ethereum = options }] }, new LedgerProjection(), path => throw new InvalidOperationException($"No file is named, and {path} is read."));
        var from = EthereumNetwork.Mainnet.Genesis + Duration.FromSeconds(384) * 400_000;
        var clock = Stopwatch.StartNew();
        var loss = plan.Models[0].Price(LostEpisode.Whole(component, from, from + Duration.FromSeconds(384) * Epochs));
        var taken = clock.Elapsed.TotalMilliseconds;
        var least = Validators * (decimal)Epochs * 6_940 / 1_000_000_000;
        return loss.Parts[0].Amount.Low >= least ? taken : throw new InvalidOperationException($"{loss.Parts[0]} is below {least}.");
    }

    private static (double Seconds, long Bytes) Differing(AttestationFlags[] votes, bool leak)
    {
        var random = new Random(2);
        var lanes = new ValidatorLane[Validators];
        for (var i = 0; i < lanes.Length; i++) lanes[i] = Lane(random);
        var epochs = Enumerable.Range(0, Epochs).Select(epoch => new EpochRewards(EthereumNetwork.Mainnet, Conditions(epoch, leak))).ToArray();
        var settlement = new EpochSettlement(EthereumNetwork.Mainnet);
        EpochSettlement.Attested attested = (epoch, first, into) => votes.AsSpan(first + epoch * Stride, into.Length).CopyTo(into);
        var (began, before) = (Environment.CpuUsage.TotalTime, GC.GetAllocatedBytesForCurrentThread());
        settlement.Settle(lanes, epochs, attested);
        var (bytes, seconds) = (GC.GetAllocatedBytesForCurrentThread() - before, (Environment.CpuUsage.TotalTime - began).TotalSeconds);
        return lanes.Sum(lane => (decimal)lane.Penalty) > 0 ? (seconds, bytes) : throw new InvalidOperationException("Nothing was lost.");
    }

    /// <summary>Both on the same validators, which are a whole network: duties a second of each. Not a gwei may differ.</summary>
    private static (double Ours, double Literal) Literal()
    {
        var random = new Random(3);
        var lanes = new ValidatorLane[Literals];
        for (var i = 0; i < lanes.Length; i++) lanes[i] = Lane(random);
        var state = new LiteralBeaconState
        {
            InactivityQuotient = 1 << 24,
            Validators = [.. lanes.Select(lane => new LiteralBeaconState.Validator
            {
                Balance = lane.Balance, EffectiveBalance = lane.Effective * EthereumNetwork.Increment, UsualBalance = lane.Usual * EthereumNetwork.Increment,
                MaxEffectiveBalance = lane.Ceiling * EthereumNetwork.Increment, Score = lane.Score,
            })],
        };
        var settlement = new EpochSettlement(EthereumNetwork.Mainnet);
        var flags = new AttestationFlags[Literals];
        Stopwatch ours = new(), literal = new();
        for (var epoch = 0; epoch < Epochs; epoch++)
        {
            for (var i = 0; i < flags.Length; i++)
            {
                flags[i] = (AttestationFlags)random.Next(8);
                state.Validators[i].Flags = [flags[i].HasFlag(AttestationFlags.Source), flags[i].HasFlag(AttestationFlags.Target), flags[i].HasFlag(AttestationFlags.Head)];
            }
            var conditions = new EpochConditions((long)state.ActiveIncrements, (long)state.ParticipatingIncrements(0), (long)state.ParticipatingIncrements(1), (long)state.ParticipatingIncrements(2), false, EthereumFork.Electra);
            ours.Start();
            settlement.Settle(lanes, epoch, new EpochRewards(EthereumNetwork.Mainnet, conditions), flags);
            ours.Stop();
            literal.Start();
            state.ProcessEpoch();
            literal.Stop();
        }
        for (var i = 0; i < Literals; i++)
            if (state.Validators[i].Balance != lanes[i].Balance) throw new InvalidOperationException($"Validator {i} has {lanes[i].Balance} gwei; by the specification's functions {state.Validators[i].Balance}.");
        return (Literals * (double)Epochs / ours.Elapsed.TotalSeconds, Literals * (double)Epochs / literal.Elapsed.TotalSeconds);
    }

    private static ValidatorLane Lane(Random random)
    {
        var effective = random.Next(32, 2_049);
        return new ValidatorLane(effective * EthereumNetwork.Increment + random.NextInt64(-200_000_000, 200_000_000), effective, EpochRewards.MostEffective, random.Next(1_000));
    }

    private static EpochConditions Conditions(int epoch, bool leak) => new(34_000_000 + epoch, 33_500_000, leak ? 20_000_000 : 33_000_000 - epoch, 31_000_000, leak, EthereumFork.Electra);
}
