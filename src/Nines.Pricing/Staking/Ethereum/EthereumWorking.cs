using System.Collections.Immutable;
using System.Globalization;
using Nines.Pricing.Losses;
using Nines.Pricing.Money;

namespace Nines.Pricing.Staking.Ethereum;

/// <summary>Writes down how a figure came about, with the functions of ethereum/consensus-specs that say so.</summary>
internal sealed class EthereumWorking(EthereumNetwork network, EthereumLossOptions options, NetworkHistory history, AttestationDuties? duties, ExitWait? wait, Working working)
{
    private const string Altair = "consensus-specs altair/beacon-chain.md, ";

    public void Write(LostEpisode episode, SlotClock clock, ImmutableArray<ValidatorSet> sets, (StakeView Surely, StakeView Likely, StakeView Possibly) views, List<(SlashingOptions Event, SlashingLoss Each)> slashed, Loss loss)
    {
        var first = Math.Max(0, clock.FirstAt(episode.From) - 1) / network.SlotsPerEpoch;
        var last = Math.Max(first, (clock.FirstAt(episode.To) - 1) / network.SlotsPerEpoch);
        var epochs = history.Of(first, (int)Math.Min(1_000_000, last - first + 1));
        Inputs(sets, epochs[0]);
        working.Step("epochs", $"(time − genesis) / ({network.SlotsPerEpoch} slots × {network.Slot.TotalSeconds} s), from {network.Genesis}", $"{first} – {last}", "", $"{network.Name}, {epochs[0].Conditions.Fork.ToString().ToLowerInvariant()}");
        working.Step("lost slots by weight", "slots whose vote was due (a third into it) in lost time", $"{Number(views.Likely.Slots)} ({Number(views.Surely.Slots)} – {Number(views.Possibly.Slots)})", "", "the ledger, under the policy");
        PerEpoch(sets[0], epochs);
        Attestations(views);
        if (views.Possibly.Blocks.Count.Most > 0)
        {
            working.Step("blocks not proposed", options.Proposals.Slots.Length > 0 ? "known slots that were lost" : "Σ lost slots × own / total stake", Three(views, view => view.Blocks.Count), "", "consensus-specs electra/beacon-chain.md, compute_proposer_index");
            working.Step("proposals forgone", "blocks × (votes' and sync committee's proposer reward)", Three(views, view => view.Blocks.Chain), "gwei", Altair + "process_attestation, process_sync_aggregate");
            if (options.Proposals.Mev is not null) working.Step("tips and MEV forgone", "blocks × mev", Three(views, view => view.Blocks.Tips), "gwei", "the config");
        }
        if (views.Possibly.Sync.Most > 0)
            working.Step("sync committee penalty", $"Σ seats × lost slots × {EpochRewards.SyncParticipant(network, epochs[0].Conditions.Active):N0} gwei; as much again is forgone", Three(views, view => view.Sync), "gwei", Altair + "process_sync_aggregate");
        foreach (var (slashing, each) in slashed)
        {
            working.Step($"slashed at {slashing.At}, each", $"initial + correlation + {each.Epochs:N0} epochs of votes", $"{each.Initial:N0} + {each.Correlation:N0} + {each.Attestations:N0}", "gwei", "consensus-specs electra/beacon-chain.md, slash_validator, process_slashings");
            working.Step("slashed, forgone", $"{slashing.Validators:N0} × {each.Forgone:N0}", $"{(decimal)slashing.Validators * each.Forgone:N0}", "gwei", Altair + "get_flag_index_deltas");
        }
        if (wait is not null && (slashed.Count > 0 || views.Possibly.Attestations.Most.Ejected > 0)) Waiting(wait, views, slashed);
        foreach (var part in loss.Parts) working.Step(part.Name, part.Name == "penalty" ? "taken from balances" : "not earned", Exact(part.Amount), network.Currency.Code);
        working.Step("loss", "penalty + forgone", Exact(loss.Amount), network.Currency.Code);
    }

    private void Inputs(ImmutableArray<ValidatorSet> sets, EpochRewards first)
    {
        foreach (var set in sets) working.Input("validators", $"{set.Count:N0} × {set.Lane.Effective}", "increments of effective balance", "the config");
        working.Input("total stake", first.Conditions.Active.ToString("N0", CultureInfo.InvariantCulture), "increments", history.Source);
        working.Input("participation", $"source {Share(first.Conditions.Source)}, target {Share(first.Conditions.Target)}, head {Share(first.Conditions.Head)}", "of stake, in the first epoch", history.Source);
        if (duties is not null) working.Input("attestation duties", $"{duties.PlaceByEpoch.Count:N0} validators", "", duties.Source);

        string Share(long increments) => ((decimal)increments / first.Conditions.Active).ToString("0.####", CultureInfo.InvariantCulture);
    }

    private void PerEpoch(ValidatorSet set, ImmutableArray<EpochRewards> epochs)
    {
        var first = epochs[0];
        working.Step("base reward per increment", $"10^9 × {network.BaseRewardFactor} // isqrt(total stake in gwei)", first.BasePerIncrement.ToString("N0", CultureInfo.InvariantCulture), "gwei", Altair + "get_base_reward_per_increment");
        var deltas = first.Of(set.Lane.Effective);
        working.Step($"reward of a validator of {set.Lane.Effective} for an epoch", "source + target + head: base × weight × participating // (total × 64)", $"{deltas.SourceReward:N0} + {deltas.TargetReward:N0} + {deltas.HeadReward:N0}", "gwei", Altair + "get_flag_index_deltas");
        working.Step("its penalty for a miss", "source + target: base × weight // 64", $"{deltas.SourcePenalty:N0} + {deltas.TargetPenalty:N0}", "gwei", Altair + "get_flag_index_deltas");
        var leaking = epochs.Count(epoch => epoch.Conditions.Leaking);
        if (leaking > 0) working.Step("epochs of inactivity leak", "finality delay > 4", $"{leaking:N0} of {epochs.Length:N0}", "", "consensus-specs phase0/beacon-chain.md, is_in_inactivity_leak");
    }

    private void Attestations((StakeView Surely, StakeView Likely, StakeView Possibly) views)
    {
        Step("source votes' penalty", tally => tally.SourcePenalty, "get_flag_index_deltas");
        Step("target votes' penalty", tally => tally.TargetPenalty, "get_flag_index_deltas");
        Step("inactivity penalty", tally => tally.InactivityPenalty, "get_inactivity_penalty_deltas, process_inactivity_updates");
        Step("source votes forgone", tally => tally.SourceForgone, "get_flag_index_deltas");
        Step("target votes forgone", tally => tally.TargetForgone, "get_flag_index_deltas");
        Step("head votes forgone", tally => tally.HeadForgone, "get_flag_index_deltas");

        void Step(string name, Func<StakeTally, decimal> of, string function)
        {
            if (of(views.Possibly.Attestations.Most) != 0)
                working.Step(name, "Σ validators × missed epochs", Three(views, view => new(of(view.Attestations.Least), of(view.Attestations.Expected), of(view.Attestations.Most))), "gwei", Altair + function);
        }
    }

    private void Waiting(ExitWait wait, (StakeView Surely, StakeView Likely, StakeView Possibly) views, List<(SlashingOptions Event, SlashingLoss Each)> slashed)
    {
        const string Electra = "consensus-specs electra/beacon-chain.md, ";
        if (options.Exits?.Churn is null) working.Step("exit churn", $"min(256, max(128, {wait.Active:N0} // 65536))", wait.Churn.ToString("N0", CultureInfo.InvariantCulture), "increments an epoch", Electra + "get_activation_exit_churn_limit");
        else working.Input("exit churn", wait.Churn.ToString("N0", CultureInfo.InvariantCulture), "increments an epoch", "the config");
        working.Step("exit queue", $"({wait.Queue:N0} + what leaves − churn) / churn, rounded up", wait.QueueEpochs(network.EjectionIncrements).ToString("N0", CultureInfo.InvariantCulture), "epochs", Electra + "compute_exit_epoch_and_update_churn");
        working.Step("from then until it earns again", "part of a sweep, then the return", Range(wait.Back), "epochs", "the config");
        if (views.Possibly.Attestations.Most.Ejected > 0)
            working.Step("waiting of ejected ones, forgone", $"Σ validators × (exit epoch + {ExitWait.WithdrawabilityDelay} + that, after the lost time) × reward of an epoch", Three(views, view => new(view.Attestations.Least.WaitingForgone, view.Attestations.Expected.WaitingForgone, view.Attestations.Most.WaitingForgone)), "gwei");
        foreach (var (slashing, each) in slashed)
        {
            working.Step("slashed, withdrawable after", $"max(8,192, 1 + 4 + queue + {ExitWait.WithdrawabilityDelay})", each.Epochs.ToString("N0", CultureInfo.InvariantCulture), "epochs", Electra + "initiate_validator_exit, slash_validator");
            working.Step("waiting of slashed ones, forgone", $"{slashing.Validators:N0} × epochs × reward of an epoch", Range(each.Waiting.Times(slashing.Validators)), "gwei");
        }
    }

    private static string Range(Bounded<decimal> one) => one.Least == one.Most ? Number(one.Expected) : $"{Number(one.Expected)} ({Number(one.Least)} – {Number(one.Most)})";

    private static string Three((StakeView Surely, StakeView Likely, StakeView Possibly) views, Func<StakeView, Bounded<decimal>> of)
    {
        var (low, likely, high) = (of(views.Surely).Least, of(views.Likely).Expected, of(views.Possibly).Most);
        return low == high ? Number(likely) : $"{Number(likely)} ({Number(low)} – {Number(high)})";
    }

    private static string Number(decimal value) => value.ToString("#,##0.####", CultureInfo.InvariantCulture);

    private static string Exact(Estimate estimate)
    {
        string Of(decimal value) => value.ToString("#,##0.############", CultureInfo.InvariantCulture);
        return estimate.Low == estimate.High ? Of(estimate.Likely) : $"{Of(estimate.Likely)} ({Of(estimate.Low)} – {Of(estimate.High)})";
    }
}
