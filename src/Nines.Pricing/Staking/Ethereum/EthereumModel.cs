using System.Collections.Immutable;
using Nines.Pricing.Losses;
using Nines.Pricing.Money;
using Nines.Pricing.Plan;
using NodaTime;

namespace Nines.Pricing.Staking.Ethereum;

/// <summary>
/// What validators lost: penalties, which were taken from balances, and rewards that they did not earn, kept apart. Exact integers of gwei for each
/// history that can have been; only what is expected over several of them has fractions.
/// </summary>
internal sealed class EthereumModel : LossModel
{
    private readonly EthereumNetwork network;
    private readonly EthereumLossOptions options;
    private readonly NetworkHistory history;
    private readonly AttestationDuties? duties;
    private readonly AttestationLoss attestations;
    private readonly ProposalLoss proposals;
    private readonly SyncLoss sync;
    private readonly ExitWait? wait;
    private readonly SlotClock clock;
    private readonly ImmutableArray<ValidatorSet> sets;

    /// <exception cref="PricingException">NIN4253, NIN4273, NIN4274: a file that it names cannot be used.</exception>
    public EthereumModel(ModelSetup setup, EthereumLossOptions options, PlanFiles files) : base(setup)
    {
        this.options = options;
        network = options.TheNetwork();
        clock = new SlotClock(network.Genesis, network.Slot);
        sets = [.. options.Validators.Where(set => set.Count > 0).Select(SetOf)];
        history = new NetworkHistory(network, ConsensusAmount.Increments(options.TotalStake, network), options.Participation, files);
        duties = options.Duties is { } path ? AttestationDuties.Open(path, files, network.SlotsPerEpoch) : null;
        if (duties is not null && duties.PlaceByEpoch.Count > sets[0].Count)
            throw new PricingException("NIN4274", $"{duties.Source} has duties of {duties.PlaceByEpoch.Count:N0} validators, and the first of validators counts {sets[0].Count:N0}. Put those whose duties are known first.");
        var own = sets.Sum(set => set.Count * set.Lane.Effective);
        wait = options.Exits is { } exits ? ExitWait.Of(network, exits, ConsensusAmount.Increments(options.TotalStake, network)) : null;
        attestations = new AttestationLoss(network, sets, history, duties, fork => options.Attestations.FlagsAt(fork, network.SlotsPerEpoch), wait);
        proposals = new ProposalLoss(network, options.Proposals, history, own);
        sync = new SyncLoss(network, options.Sync, history, own);
    }

    public override string Kind => "ethereum";
    public override Currency Currency => network.Currency;
    public override LossClass Class => LossClass.Stake;

    /// <exception cref="PricingException">NIN4270: before genesis. NIN4271: before Altair. NIN4272, NIN4273: what cannot be reckoned.</exception>
    public override Loss Price(LostEpisode episode, Working? working = null)
    {
        if (episode.From < network.Genesis)
            throw new PricingException("NIN4270", $"{Name}: the lost time of {Component} begins at {episode.From}, before slot 0 of {network.Name} at {network.Genesis}. Name the network that its validators are on, or price a later window.");
        var (surely, likely, possibly) = (Of(LostLayer.Surely(episode)), Of(LostLayer.Likely(episode)), Of(LostLayer.Possibly(episode)));
        var slashed = options.Slashings.Where(one => one.At >= episode.From && one.At < episode.To).Select(one => (Event: one, Each: Of(one))).ToList();
        var (slashPenalty, slashForgone) = (slashed.Sum(one => (decimal)one.Each.Penalty * one.Event.Validators), slashed.Sum(one => (decimal)one.Each.Forgone * one.Event.Validators));
        var waiting = slashed.Aggregate(default(Bounded<decimal>), (sum, one) => sum.Plus(one.Each.Waiting.Times(one.Event.Validators)));

        var penalty = Coins(surely.Penalty.Least + slashPenalty, likely.Penalty.Expected + slashPenalty, possibly.Penalty.Most + slashPenalty);
        var forgone = Coins(surely.Forgone.Least + slashForgone + waiting.Least, likely.Forgone.Expected + slashForgone + waiting.Expected, possibly.Forgone.Most + slashForgone + waiting.Most);
        var fixedGwei = slashPenalty + slashForgone + waiting.Expected;
        var loss = Of(penalty + forgone, Reasons(episode, surely, likely, possibly, fixedGwei, waiting, slashed.Count > 0), Assumptions(likely, possibly, slashed.Count > 0)) with
        {
            Parts = [new LossPart("penalty", penalty), new LossPart("forgone", forgone)],
        };
        if (working is not null) new EthereumWorking(network, options, history, duties, wait, working).Write(episode, clock, sets, (surely, likely, possibly), slashed, loss);
        return loss;
    }

    private StakeView Of(ImmutableArray<LostLayer> layers)
    {
        // A vote or a sync message is due a third into its slot, a block at its start (phase0 and altair validator.md).
        var third = Duration.FromNanoseconds(network.Slot.ToInt64Nanoseconds() / 3);
        return new StakeView(
            attestations.Of(layers, layer => clock.SlotsIn(layer.Away, third)),
            proposals.Of(layers, layer => clock.SlotsIn(layer.Away, Duration.Zero)),
            sync.Of(layers, layer => clock.SlotsIn(layer.Away, third)),
            layers.Sum(layer => layer.Share * clock.SlotsIn(layer.Away, third).Sum(run => run.To - run.From)));
    }

    private SlashingLoss Of(SlashingOptions slashing)
    {
        var epoch = (clock.FirstAt(slashing.At + Duration.Epsilon) - 1) / network.SlotsPerEpoch;
        var now = history.Of(epoch, 1)[0];
        var rewards = now.Conditions.Leaking ? new EpochRewards(network, now.Conditions with { Leaking = false }) : now;
        var effective = EffectiveOf(slashing.EffectiveBalance);
        var own = effective * EthereumNetwork.Increment * slashing.Validators;
        return SlashingLoss.Of(network, rewards, effective, slashing.SlashedStake is { } all ? Math.Max(own, ConsensusAmount.Gwei(all, network)) : own, wait);
    }

    private ValidatorSet SetOf(ValidatorSetOptions set)
    {
        var effective = EffectiveOf(set.EffectiveBalance);
        var balance = set.Balance is { } given ? ConsensusAmount.Gwei(given, network) : effective * EthereumNetwork.Increment;
        return new ValidatorSet(set.Count, new ValidatorLane(balance, effective, set.Compounding ? EpochRewards.MostEffective : EpochRewards.LeastActivation, set.InactivityScore));
    }

    private int EffectiveOf(Amount? balance) => balance is { } given ? (int)ConsensusAmount.Increments(given, network) : EpochRewards.LeastActivation;

    private Estimate Coins(decimal low, decimal likely, decimal high) => Estimate.Spanning(low / network.GweiPerCoin, likely / network.GweiPerCoin, high / network.GweiPerCoin);

    private ImmutableArray<SpreadReason> Reasons(LostEpisode episode, StakeView surely, StakeView likely, StakeView possibly, decimal fixedGwei, Bounded<decimal> waiting, bool slashed)
    {
        var reasons = ImmutableArray.CreateBuilder<SpreadReason>(3);
        Add(SpreadSource.OutageBounds, surely.Total.Expected, possibly.Total.Expected, BoundsBecause(episode));
        Add(SpreadSource.Demand, likely.Total.Expected - likely.Blocks.Count.Expected * (proposals.Tips.Expected - proposals.Tips.Least), likely.Total.Expected + likely.Blocks.Count.Expected * (proposals.Tips.Most - proposals.Tips.Expected), "the config says how far tips and MEV of a block may lie apart");
        var blocks = likely.Blocks.Count;
        Add(SpreadSource.Model, likely.Total.Least + blocks.Least * (proposals.Tips.Expected - proposals.Tips.Least) - (waiting.Expected - waiting.Least), likely.Total.Most - blocks.Most * (proposals.Tips.Most - proposals.Tips.Expected) + waiting.Most - waiting.Expected, (duties is null
            ? "which slot of an epoch a validator attests in is not known: at least the epochs of which every slot was lost, at most those of which any was; and how often proposals and sync committees are drawn varies (95 of 100)"
            : "how often proposals and sync committees are drawn varies (95 of 100), and not every duty of the lost time is in the file") + (wait is { Back: var back } && back.Least != back.Most && (slashed || possibly.Attestations.Most.Ejected > 0) ? "; and where the withdrawal sweep is when stake is withdrawable is not known" : ""));
        return reasons.ToImmutable();

        void Add(SpreadSource source, decimal low, decimal high, string because)
        {
            if (low != high) reasons.Add(new SpreadReason(source, Coins(low + fixedGwei, likely.Total.Expected + fixedGwei, high + fixedGwei), because));
        }
    }

    private ImmutableArray<string> Assumptions(StakeView likely, StakeView possibly, bool slashed)
    {
        var said = ImmutableArray.CreateBuilder<string>();
        said.Add("Without the lost time every attestation would have been right and in time.");
        if (options.Participation is { Given: false, File: null }) said.Add("The whole network voted in time and right: participation is not given. In a fault of many it is lower, for each flag by itself.");
        if (options.Participation.File is null && options.Participation.Given) said.Add("Finality stood before the lost time, and is reckoned by the share of target votes from its first epoch on.");
        if (options.Proposals is { Mev: null } && likely.Blocks.Count.Most > 0) said.Add("Tips and MEV of missed blocks are not in it: proposals: mev is not given.");
        if (options.Validators.Any(set => set.Balance is null)) said.Add("Balances were equal to effective balances.");
        if (possibly.Attestations.Most.Lowered > 0) said.Add("Effective balances may have fallen. What they earn less after the lost time, until they are topped up, is not in it.");
        if (possibly.Attestations.Most.Ejected > 0) said.Add(wait is null
            ? "Validators may have been ejected, at once, with nobody before them in the exit queue. What they would have earned after the lost time is not in it: exits is not given."
            : "Validators may have been ejected. Each waits behind the queue that is given, as if it left alone, and earns nothing from its exit epoch until it is back; its balance from then on is as it was left.");
        if (slashed) said.Add("Slashed validators lose source and target votes for 8,192 epochs, and the correlation penalty after 4,096: both are in it now, by the network as it was in the epoch of the slashing.");
        if (slashed && wait is null) said.Add("Slashed validators leave with nobody before them. What their stake would earn from being withdrawable until it is staked again is not in it: exits is not given.");
        return said.ToImmutable();
    }
}

/// <summary>What one view of the lost time (surely, likely, possibly) makes of it, in gwei.</summary>
/// <param name="Sync">The penalty; as much is forgone.</param>
/// <param name="Slots">Lost slots, by weight.</param>
internal sealed record StakeView(Bounded<StakeTally> Attestations, MissedBlocks Blocks, Bounded<decimal> Sync, decimal Slots)
{
    public Bounded<decimal> Penalty => new(Attestations.Least.Penalty + Sync.Least, Attestations.Expected.Penalty + Sync.Expected, Attestations.Most.Penalty + Sync.Most);

    public Bounded<decimal> Forgone => new(
        Attestations.Least.Forgone + Sync.Least + Blocks.Chain.Least + Blocks.Tips.Least,
        Attestations.Expected.Forgone + Sync.Expected + Blocks.Chain.Expected + Blocks.Tips.Expected,
        Attestations.Most.Forgone + Sync.Most + Blocks.Chain.Most + Blocks.Tips.Most);

    public Bounded<decimal> Total => new(Penalty.Least + Forgone.Least, Penalty.Expected + Forgone.Expected, Penalty.Most + Forgone.Most);
}
