using System.Collections.Immutable;
using Nines.Chains.Beacon;
using Nines.Probing.Beacon;

namespace Nines.Probing.Validators;

/// <summary>
/// Reads one settled epoch, request by request. A look that runs out of time leaves off where it is, and the next goes on from there: thousands
/// of validators may take longer than one look.
/// </summary>
internal sealed class EpochReading(ulong epoch, ImmutableArray<ValidatorId> ids, int batch, BeaconEndpoint endpoint, ParticipationSample network, ChainSpec spec, IReadOnlyList<ProposerDuty>? dutiesSeen)
{
    private readonly List<Validator> validators = [];
    private readonly List<AttestationReward> rewards = [];
    private readonly List<ulong> members = [];
    private readonly List<Proposal> proposals = [];
    private Validator[]? ours;
    private ulong[] onDuty = [];
    private IReadOnlyList<ProposerDuty>? duties;
    private bool knowsDuties;
    private bool knowsNetwork;
    private int asked, paid, sought, proposed;
    private ulong slots;
    private int signed, missed;

    public ulong Epoch => epoch;

    /// <returns>The epoch, or the sight that there is instead; the node may then be asked for the rest.</returns>
    public async Task<(EpochRecord? Record, Sight Failure, bool IsNotOffered)> ReadAsync(CancellationToken limit)
    {
        if (await ReadValidatorsAsync(limit).ConfigureAwait(false) is { } noValidators) return (null, noValidators, false);
        if (await ReadRewardsAsync(limit).ConfigureAwait(false) is { } noRewards) return (null, noRewards.Failure, noRewards.IsNotOffered);
        if (!knowsNetwork)
        {
            if (await network.ReadAsync(epoch, limit).ConfigureAwait(false) is { } failure) return (null, failure, false);
            knowsNetwork = true;
        }
        if (await ReadProposalsAsync(limit).ConfigureAwait(false) is { } noProposals) return (null, noProposals, false);
        if (await ReadSyncCommitteeAsync(limit).ConfigureAwait(false) is { } noSync) return (null, noSync, false);
        double? participation = network.Last is { } last && last.Epoch == epoch ? last.Share : null;
        return (new EpochRecord(epoch, ours!, rewards, participation, knowsDuties ? proposals : null, members.Count, signed, missed) { NotFound = NotFound() }, default, false);
    }

    private int NotFound()
    {
        var (indices, keys) = (ours!.Select(validator => validator.Index).ToHashSet(), ours!.Select(validator => validator.Key).ToHashSet());
        return ids.Count(id => id.Key is { } key ? !keys.Contains(key) : !indices.Contains(id.Index));
    }

    private async Task<Sight?> ReadValidatorsAsync(CancellationToken limit)
    {
        while (asked < ids.Length)
        {
            var some = ids.Slice(asked, Math.Min(batch, ids.Length - asked));
            var answer = await endpoint.AskAsync((node, stop) => node.ValidatorsAsync("head", some, stop), limit).ConfigureAwait(false);
            if (!answer.IsAnswered) return answer.Failure;
            validators.AddRange(answer.Value);
            asked += some.Length;
        }
        if (ours is not null) return null;
        // Only those that were asked for count, whatever else is told.
        var (indices, keys) = (ids.Where(id => id.Key is null).Select(id => id.Index).ToHashSet(), ids.Select(id => id.Key).OfType<PublicKey>().ToHashSet());
        ours = [.. validators.Where(validator => indices.Contains(validator.Index) || keys.Contains(validator.Key)).DistinctBy(validator => validator.Index)];
        onDuty = [.. ours.Where(validator => validator.IsOnDutyIn(epoch)).Select(validator => validator.Index)];
        return null;
    }

    private async Task<(Sight Failure, bool IsNotOffered)?> ReadRewardsAsync(CancellationToken limit)
    {
        while (paid < onDuty.Length)
        {
            var some = new ArraySegment<ulong>(onDuty, paid, Math.Min(batch, onDuty.Length - paid));
            var answer = await endpoint.AskAsync((node, stop) => node.AttestationRewardsAsync(epoch, [.. some.Select(ValidatorId.Of)], stop), limit).ConfigureAwait(false);
            if (!answer.IsAnswered) return (answer.Failure, answer.IsNotOffered);
            var told = answer.Value.Select(reward => reward.ValidatorIndex).ToHashSet();
            // One that is left out was not judged by the node: that is no miss, and no attestation either.
            if (some.FirstOrDefault(index => !told.Contains(index), ulong.MaxValue) is var left && left != ulong.MaxValue)
                return (endpoint.Refused("malformed", $"the rewards of epoch {epoch} leave out validator {left}, which was asked for and on duty"), false);
            rewards.AddRange(answer.Value);
            paid += some.Count;
        }
        return null;
    }

    /// <summary>Duties as the chain has them now where the node still tells them; else as they were told during the epoch.</summary>
    private async Task<Sight?> ReadProposalsAsync(CancellationToken limit)
    {
        if (duties is null)
        {
            var answer = await endpoint.AskAsync((node, stop) => node.ProposerDutiesAsync(epoch, stop), limit).ConfigureAwait(false);
            if (!answer.IsAnswered && !answer.IsNotOffered) return answer.Failure;
            var told = answer.IsAnswered ? answer.Value : dutiesSeen;
            knowsDuties = told is not null;
            var own = onDuty.ToHashSet();
            duties = told is null ? [] : [.. told.Where(duty => own.Contains(duty.ValidatorIndex) && spec.EpochOf(duty.Slot) == epoch).DistinctBy(duty => duty.Slot)];
        }
        for (; proposed < duties.Count; proposed++)
        {
            var duty = duties[proposed];
            if (duty.Slot == 0) continue; // genesis has no proposer
            var block = await endpoint.AskAsync((node, stop) => node.HeaderAsync(duty.Slot, stop), limit).ConfigureAwait(false);
            if (!block.IsAnswered && block.Answer is not BeaconAnswer<BeaconHeader>.Refused { Kind: BeaconErrorKind.NotFound }) return block.Failure;
            bool? missing = !block.IsAnswered || block.Value.Slot != duty.Slot ? true : block.Value.ProposerIndex == duty.ValidatorIndex ? false : null;
            proposals.Add(new Proposal(duty.ValidatorIndex, duty.Slot, missing));
        }
        return null;
    }

    private async Task<Sight?> ReadSyncCommitteeAsync(CancellationToken limit)
    {
        while (sought < onDuty.Length)
        {
            var some = new ArraySegment<ulong>(onDuty, sought, Math.Min(batch, onDuty.Length - sought));
            var answer = await endpoint.AskAsync((node, stop) => node.SyncDutiesAsync(epoch, some, stop), limit).ConfigureAwait(false);
            if (!answer.IsAnswered && !answer.IsNotOffered) return answer.Failure;
            if (answer.IsAnswered) members.AddRange(answer.Value.Where(duty => duty.Places > 0).Select(duty => duty.ValidatorIndex));
            sought += some.Count;
        }
        for (; members.Count > 0 && slots < spec.SlotsPerEpoch; slots++)
        {
            var slot = spec.FirstSlotOf(epoch) + slots;
            var answer = await endpoint.AskAsync((node, stop) => node.SyncCommitteeRewardsAsync(slot, [.. members.Select(ValidatorId.Of)], stop), limit).ConfigureAwait(false);
            if (!answer.IsAnswered && !answer.IsNotOffered) return answer.Failure;
            if (!answer.IsAnswered) continue; // a slot without a block
            signed += answer.Value.Count(reward => reward.Reward > 0);
            missed += answer.Value.Count(reward => reward.Reward < 0);
        }
        return null;
    }
}
