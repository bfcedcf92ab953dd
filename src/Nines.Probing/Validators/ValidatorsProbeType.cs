using System.Collections.Immutable;
using Nines.Core;
using Nines.Core.Components;
using Nines.Core.Observations;
using Nines.Probing.Beacon;
using Nines.Probing.Paths;

namespace Nines.Probing.Validators;

/// <summary>Validators of an Ethereum beacon chain, by what the chain says of them.</summary>
public sealed class ValidatorsProbeType : ProbeType
{
    /// <summary>The first missed duty was somewhere in its epoch: the mainnet's length of one.</summary>
    /// <value>Seconds.</value>
    private const double Epoch = 384;

    public override string Key => "validators";
    public override string About => "Asks a beacon node what the chain says of validators: attestations, proposals, sync committee, slashings, rewards; judged once for each settled epoch.";
    public override Type OptionsType => typeof(ValidatorsOptions);

    /// <summary>In the order of <see cref="ValidatorsProbe"/>'s values.</summary>
    public override ImmutableArray<SignalDefinition> Signals { get; } =
    [
        new("epoch", SignalUnit.None, "The newest epoch that is judged; all other signals are about it."),
        new("data_age", SignalUnit.Seconds, "Since that epoch's end."),
        new("known", SignalUnit.None, "How many of the validators the chain knows."),
        new("on_duty", SignalUnit.None, "How many of them had to attest in the epoch: active, not slashed."),
        new("attesting", SignalUnit.Ratio, "Share of those whose attestation came in time; missing when none was on duty.") { Evidence = CauseKind.Technical, ExplainedBy = "missing" },
        new("missed_in_a_row_max", SignalUnit.None, "The longest run of epochs that one of them has missed.") { Evidence = CauseKind.Technical },
        new("validators_missing", SignalUnit.None, "How many have missed missed_in_a_row epochs or more, without those that the whole network missed.") { Evidence = CauseKind.Technical, ExplainedBy = "missing" },
        new("missing", SignalUnit.Text, "Which, since when, and what the network did; missing when none is."),
        new("missing_for", SignalUnit.Seconds, "Since the first epoch of the first such run began; 0 when none is missing.")
            { Onset = SignalOnset.Since, Granularity = Epoch, Evidence = CauseKind.Technical, ExplainedBy = "missing" },
        new("critical_at", SignalUnit.None, "With so many missing the set is down."),
        new("critical_for", SignalUnit.Seconds, "Since so many have been missing, by the first epochs of their runs; 0 while they are fewer.")
            { Onset = SignalOnset.Since, Granularity = Epoch, Evidence = CauseKind.Technical, ExplainedBy = "missing" },
        new("participation", SignalUnit.Ratio, "Share of the whole network, by a sample, that voted for the epoch's target; missing without network_sample.") { Evidence = CauseKind.Consensus },
        new("network_missed", SignalUnit.Flag, "That share was below network_below: what the validators missed of the epoch is not theirs.") { Evidence = CauseKind.Consensus },
        new("proposals", SignalUnit.None, "Blocks that they were to propose in the epoch; missing when the node did not tell the duties."),
        new("proposals_missed", SignalUnit.None, "Those of which there is no block.") { Evidence = CauseKind.Technical, ExplainedBy = "proposals_missed_by" },
        new("proposals_missed_by", SignalUnit.Text, "By whom, and for which slot; missing when none was."),
        new("sync_members", SignalUnit.None, "How many are in the sync committee."),
        new("sync_participation", SignalUnit.Ratio, "Share of the epoch's blocks that those signed; 1 when none is a member, and when the whole network missed the epoch; missing when no block tells.") { Evidence = CauseKind.Technical },
        new("slashed", SignalUnit.None, "How many are slashed.") { Evidence = CauseKind.Consensus, ExplainedBy = "slashed_ids" },
        new("slashed_ids", SignalUnit.Text, "Which; missing when none is."),
        new("exited", SignalUnit.None, "How many have left."),
        new("pending", SignalUnit.None, "How many are not active yet."),
        new("not_found", SignalUnit.None, "How many the chain does not know."),
        new("rewards", SignalUnit.None, "What they got for their attestations of the epoch, in Gwei; negative when they were fined more."),
        new("losing", SignalUnit.None, "How many attest, and have been fined more than paid for missed_in_a_row epochs or more: their votes are wrong or late.") { Evidence = CauseKind.Technical },
        new("losing_for", SignalUnit.Seconds, "Since the first epoch of the first such run began; 0 when there is none.")
            { Onset = SignalOnset.Since, Granularity = Epoch, Evidence = CauseKind.Technical, ExplainedBy = "losing" },
        new("balance", SignalUnit.None, "Their balances, in Gwei, as of the head when the epoch was read."),
        new("balance_delta", SignalUnit.None, "That less the one of the epoch judged before; withdrawals are in it. Missing at first."),
    ];

    public override ImmutableArray<string> DefaultConditions(object options) =>
    [
        "slashed == 0",
        "critical_for <= 0s",
        "missing_for <= 0s else degraded",
        "losing_for <= 0s else degraded",
        "proposals_missed == 0 else degraded",
        "sync_participation >= 90% else degraded",
        "exited == 0 else degraded",
        "not_found == 0 else degraded",
    ];

    public override IEnumerable<OptionMistake> Validate(object options)
    {
        var validators = (ValidatorsOptions)options;
        foreach (var mistake in BeaconEndpoint.MistakesIn(validators, Key)) yield return mistake;
        _ = ValidatorList.Read(validators, out var mistakes);
        foreach (var mistake in mistakes) yield return mistake;
    }

    public override string? Provider(object options) => HostPort.Of(((ValidatorsOptions)options).Url).ToString();

    /// <summary>None at most looks: what an epoch costs is in the documentation.</summary>
    public override int CallsPerObservation(object options) => 1;

    public override Probe Create(ProbeDefinition definition, NetworkPath path, ProbeEnvironment environment) =>
        new ValidatorsProbe(definition, (ValidatorsOptions)definition.Options, path, environment);
}
