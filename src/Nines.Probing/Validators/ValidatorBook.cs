using System.Globalization;
using Nines.Chains.Beacon;

namespace Nines.Probing.Validators;

/// <summary>What a set of validators has come to, by its last judged epoch. Epochs are whole: each is judged once, after it is settled.</summary>
internal sealed record Standing(ulong Epoch)
{
    public int Known { get; init; }
    public int OnDuty { get; init; }
    public int Attested { get; init; }
    public int LongestMiss { get; init; }
    public int Missing { get; init; }
    public string? MissingNames { get; init; }

    /// <summary>First epoch of the first run that has become long enough; null when none is.</summary>
    public ulong? MissingSince { get; init; }

    /// <summary>The epoch with which so many were missing that the set is down; null while they are not.</summary>
    public ulong? CriticalSince { get; init; }

    public int CriticalAt { get; init; }
    public int Losing { get; init; }
    public ulong? LosingSince { get; init; }

    /// <summary>The network missed the epoch, so what ours missed of it is not theirs.</summary>
    public bool IsExcused { get; init; }

    public double? Participation { get; init; }
    public int? Proposals { get; init; }
    public int ProposalsMissed { get; init; }
    public string? ProposalsMissedAt { get; init; }
    public int SyncMembers { get; init; }
    /// <summary>1 when none is a member; null when some are, and no block tells what they signed.</summary>
    public double? SyncShare { get; init; } = 1;
    public int Slashed { get; init; }
    public string? SlashedNames { get; init; }
    public int Exited { get; init; }
    public int Pending { get; init; }
    public int NotFound { get; init; }
    public Int128 Rewards { get; init; }
    public Int128 Balance { get; init; }
    public Int128? BalanceDelta { get; init; }

    /// <summary>All before this epoch is judged: a run that may yet become one of misses begins here, or nothing is open and it is the epoch after.</summary>
    public ulong SettledBefore { get; init; }
}

/// <summary>
/// Counts, for each validator, the epochs in a row that it missed. Pure: takes records of epochs in their order. An epoch that the whole network
/// missed neither lengthens a run nor ends it.
/// </summary>
internal sealed class ValidatorBook(ValidatorsOptions options)
{
    private const int NamesShown = 20;

    private readonly Dictionary<ulong, Runs> runs = [];
    private Standing? last;

    private struct Runs
    {
        public int Missed;
        public ulong MissedSince;
        public int Lost;
        public ulong LostSince;
    }

    /// <summary>The epochs after the last one were not read: what was in a row no longer is.</summary>
    public void Skip() => runs.Clear();

    public Standing Judge(EpochRecord record)
    {
        var epoch = record.Epoch;
        var excused = record.Participation < options.NetworkBelow;
        var onDuty = record.Validators.Where(validator => validator.IsOnDutyIn(epoch)).Select(validator => validator.Index).ToHashSet();
        var (attested, rewards) = (0, (Int128)0);
        foreach (var reward in record.Rewards)
        {
            if (!onDuty.Contains(reward.ValidatorIndex)) continue;
            if (!reward.IsMissed) attested++;
            rewards += reward.Total;
            if (!excused) Count(reward, epoch);
        }
        foreach (var gone in runs.Keys.Where(index => !onDuty.Contains(index)).ToArray()) runs.Remove(gone);

        var missing = runs.Where(run => run.Value.Missed >= options.MissedInARow).OrderBy(run => run.Value.MissedSince).ThenBy(run => run.Key).ToArray();
        var losing = runs.Where(run => run.Value.Lost >= options.MissedInARow && run.Value.Missed < options.MissedInARow).ToArray();
        var criticalAt = (int)Math.Max(1, Math.Min(Math.Ceiling(onDuty.Count * options.CriticalShare), options.CriticalCount));
        Proposal[] missedProposals = excused ? [] : [.. record.Proposals?.Where(proposal => proposal.Missed == true) ?? []];
        var slashed = record.Validators.Where(validator => validator.IsSlashed).ToArray();
        var balance = record.Validators.Aggregate((Int128)0, (sum, validator) => sum + validator.Balance);
        var signable = record.SyncSigned + record.SyncMissed;
        return last = new Standing(epoch)
        {
            Known = record.Validators.Count,
            OnDuty = onDuty.Count,
            Attested = attested,
            LongestMiss = runs.Values.Select(run => run.Missed).DefaultIfEmpty().Max(),
            Missing = missing.Length,
            MissingNames = missing.Length == 0 ? null : Since(missing[0].Value.MissedSince, Names(missing.Select(run => run.Key)), record.Participation),
            MissingSince = missing.Length == 0 ? null : missing[0].Value.MissedSince,
            CriticalSince = missing.Length < criticalAt ? null : missing[criticalAt - 1].Value.MissedSince,
            CriticalAt = criticalAt,
            Losing = losing.Length,
            LosingSince = losing.Length == 0 ? null : losing.Min(run => run.Value.LostSince),
            IsExcused = excused,
            Participation = record.Participation,
            Proposals = record.Proposals?.Count,
            ProposalsMissed = missedProposals.Length,
            ProposalsMissedAt = missedProposals.Length == 0 ? null : string.Join(", ", missedProposals.Take(NamesShown).Select(missed => Invariant($"{missed.Validator} at slot {missed.Slot}"))),
            SyncMembers = record.SyncMembers,
            SyncShare = excused || record.SyncMembers == 0 ? 1 : signable == 0 ? null : (double)record.SyncSigned / signable,
            Slashed = slashed.Length,
            SlashedNames = slashed.Length == 0 ? null : Names(slashed.Select(validator => validator.Index)),
            Exited = record.Validators.Count(validator => validator.Status >= ValidatorStatus.ExitedUnslashed),
            Pending = record.Validators.Count(validator => validator.Status <= ValidatorStatus.PendingQueued),
            NotFound = record.NotFound,
            Rewards = rewards,
            Balance = balance,
            BalanceDelta = last is null ? null : balance - last.Balance,
            SettledBefore = OpenSince() ?? (excused && last is not null ? last.SettledBefore : epoch + 1),
        };
    }

    private void Count(AttestationReward reward, ulong epoch)
    {
        var run = runs.GetValueOrDefault(reward.ValidatorIndex);
        if (!reward.IsMissed) run.Missed = 0;
        else if (run.Missed++ == 0) run.MissedSince = epoch;
        if (reward.Total >= 0) run.Lost = 0;
        else if (run.Lost++ == 0) run.LostSince = epoch;
        if (run is { Missed: 0, Lost: 0 }) runs.Remove(reward.ValidatorIndex);
        else runs[reward.ValidatorIndex] = run;
    }

    /// <summary>The first epoch of the runs that are not long enough to count, and may become so; null when there are none.</summary>
    private ulong? OpenSince()
    {
        ulong? first = null;
        foreach (var run in runs.Values)
        {
            if (run.Missed > 0 && run.Missed < options.MissedInARow) first = Math.Min(first ?? ulong.MaxValue, run.MissedSince);
            if (run.Lost > 0 && run.Lost < options.MissedInARow) first = Math.Min(first ?? ulong.MaxValue, run.LostSince);
        }
        return first;
    }

    private static string Since(ulong epoch, string names, double? participation) => participation is { } share
        ? Invariant($"{names}; the first since epoch {epoch}; of the network {share * 100:0.#} % voted")
        : Invariant($"{names}; the first since epoch {epoch}");

    private static string Names(IEnumerable<ulong> validators)
    {
        var all = validators.ToArray();
        var shown = string.Join(", ", all.Take(NamesShown).Select(index => index.ToString(CultureInfo.InvariantCulture)));
        return all.Length > NamesShown ? Invariant($"{shown} and {all.Length - NamesShown} more") : shown;
    }

    private static string Invariant(FormattableString text) => FormattableString.Invariant(text);
}
