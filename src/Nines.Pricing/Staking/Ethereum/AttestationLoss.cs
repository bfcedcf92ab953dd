using System.Collections.Immutable;
using Nines.Pricing.Losses;

namespace Nines.Pricing.Staking.Ethereum;

/// <summary>Validators that are alike.</summary>
/// <param name="Lane">One of them before the lost time.</param>
internal readonly record struct ValidatorSet(long Count, ValidatorLane Lane);

/// <summary>
/// What validators lose by attestations. A validator attests once an epoch, in a slot that the network draws. Where the slot is not known, at
/// least those epochs are missed of which every slot was lost, at most those of which any was, and expected is the mean over all slots.
/// </summary>
internal sealed class AttestationLoss(EthereumNetwork network, ImmutableArray<ValidatorSet> sets, NetworkHistory history, AttestationDuties? duties, Func<EthereumFork, AttestationFlags> whenLost, ExitWait? wait)
{
    private readonly EpochSettlement settlement = new(network, wait?.QueueEpochs(network.EjectionIncrements) ?? 0);

    /// <summary>Summed over the layers, each for its share.</summary>
    public Bounded<StakeTally> Of(ImmutableArray<LostLayer> layers, Func<LostLayer, ImmutableArray<(long From, long To)>> slotsOf)
    {
        var (least, expected, most) = (default(StakeTally), default(StakeTally), default(StakeTally));
        foreach (var layer in layers)
        {
            if (MissedSlots.Of(slotsOf(layer), network.SlotsPerEpoch) is not { } missed) continue;
            var one = Of(missed);
            least += one.Least * layer.Share;
            expected += one.Expected * layer.Share;
            most += one.Most * layer.Share;
        }
        return new(least, expected, most);
    }

    private Bounded<StakeTally> Of(MissedSlots missed)
    {
        var (least, expected, most) = (default(StakeTally), default(StakeTally), default(StakeTally));
        var epochs = history.Of(missed.First, missed.Masks.Length);
        var places = missed.Places();
        for (var set = 0; set < sets.Length; set++)
        {
            // A file of duties is for the first set: the config says so, and refuses more duties than validators.
            var known = set == 0 && duties is not null ? duties.PlaceByEpoch : [];
            foreach (var own in known) Add(Settle(sets[set].Lane, missed, places, epochs, own), 1);
            if (sets[set].Count > known.Count) Add(Settle(sets[set].Lane, missed, places, epochs, null), sets[set].Count - known.Count);
        }
        return new(least, expected, most);

        void Add(Bounded<StakeTally> one, decimal count)
        {
            least += one.Least * count;
            expected += one.Expected * count;
            most += one.Most * count;
        }
    }

    /// <summary>One validator: the least and the most that it can have missed, and each class of places that it can have had. Equal histories are settled once.</summary>
    private Bounded<StakeTally> Settle(ValidatorLane lane, MissedSlots missed, IReadOnlyList<(int Place, int Places)> places, ImmutableArray<EpochRewards> epochs, IReadOnlyDictionary<long, int>? own)
    {
        const int Least = 0, Most = 1, First = 2;
        var lanes = new ValidatorLane[First + places.Count];
        Array.Fill(lanes, lane);
        var attested = new AttestationFlags[lanes.Length];
        for (var epoch = 0; epoch < epochs.Length; epoch++)
        {
            var (mask, late) = (missed.Masks[epoch], whenLost(epochs[epoch].Conditions.Fork));
            var at = own is not null && own.TryGetValue(missed.First + epoch, out var place) ? place : -1;
            attested[Least] = Flags(at < 0 ? mask == missed.Whole : IsLost(at));
            attested[Most] = Flags(at < 0 ? mask != 0 : IsLost(at));
            for (var i = 0; i < places.Count; i++) attested[First + i] = Flags(IsLost(at < 0 ? places[i].Place : at));
            settlement.Settle(lanes, epoch, epochs[epoch], attested);

            bool IsLost(int slot) => (mask >> slot & 1) != 0;
            AttestationFlags Flags(bool lost) => lost ? late : AttestationFlags.All;
        }
        var expected = default(StakeTally);
        for (var i = 0; i < places.Count; i++) expected += Tally(lanes[First + i], idle => idle.Expected) * places[i].Places;
        return new(Tally(lanes[Least], idle => idle.Least), expected / network.SlotsPerEpoch, Tally(lanes[Most], idle => idle.Most));

        StakeTally Tally(in ValidatorLane one, Func<Bounded<decimal>, decimal> of) => wait is null || !one.Ejected ? StakeTally.Of(one)
            : StakeTally.Of(one) with { WaitingForgone = of(wait.Idle(one.ActiveUntil, epochs.Length)) * wait.RewardOf(epochs[^1], one.Effective) };
    }
}
