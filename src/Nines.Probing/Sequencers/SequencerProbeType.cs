using System.Collections.Immutable;
using System.Globalization;
using Nines.Chains.Evm;
using Nines.Chains.Evm.Abi;
using Nines.Core;
using Nines.Core.Components;
using Nines.Core.Observations;
using Nines.Probing.Http;
using Nines.Probing.Paths;
using Nines.Probing.Rpc;
using NodaTime;

namespace Nines.Probing.Sequencers;

/// <summary>The sequencer of an L2, seen through its nodes, its uptime feed and its contract on L1.</summary>
public sealed class SequencerProbeType : ProbeType
{
    public override string Key => "sequencer";
    public override string About => "Asks an L2 whether its sequencer makes blocks, gets them to L1, and is up by its uptime feed, and whether there is a way past it.";
    public override Type OptionsType => typeof(SequencerOptions);

    /// <summary>In the order of <see cref="SequencerProbe"/>'s values.</summary>
    public override ImmutableArray<SignalDefinition> Signals { get; } =
    [
        new("round_trip", SignalUnit.Seconds, "From the first step to the last byte of the L2 node's answers."),
        new("head", SignalUnit.Blocks, "Number of the sequencer's newest block (unsafe)."),
        new("head_time", SignalUnit.Seconds, "Its timestamp, in seconds since 1970."),
        new("head_age", SignalUnit.Seconds, "Time since that timestamp; never negative.") { Onset = SignalOnset.Since, Granularity = 1, Evidence = CauseKind.Technical },
        new("chain_id", SignalUnit.None, "The chain that the node says it is on.") { Evidence = CauseKind.Technical },
        new("safe", SignalUnit.Blocks, "Number of the newest block whose data is on L1; missing where nobody tells."),
        new("batch_age", SignalUnit.Seconds, "Time since the timestamp of that block: nothing newer has got to L1.") { Onset = SignalOnset.Since, Granularity = 1, Evidence = CauseKind.Technical },
        new("finalized", SignalUnit.Blocks, "Number of the newest block whose data is in a finalized block of L1; missing where nobody tells."),
        new("finalized_time", SignalUnit.Seconds, "Its timestamp, in seconds since 1970."),
        new("origin_lag", SignalUnit.Blocks, "Blocks of L1 between its head and the one that the newest L2 block is made on; missing without rollup_url.") { Evidence = CauseKind.Technical },
        new("feed_down_for", SignalUnit.Seconds, "How long the uptime feed has said that the sequencer is down; 0 while it does not.")
            { Onset = SignalOnset.Since, Granularity = 1, Evidence = CauseKind.Technical, ExplainedBy = "feed_state" },
        new("feed_since", SignalUnit.Seconds, "Since when the feed says what it says, in seconds since 1970; missing without one."),
        new("in_grace", SignalUnit.Flag, "The sequencer is up again, and those who rely on the feed still wait.") { Evidence = CauseKind.Technical, ExplainedBy = "feed_state" },
        new("grace_left", SignalUnit.Seconds, "How long they still wait; 0 when they do not."),
        new("feed_unread", SignalUnit.Flag, "The feed cannot be read, or is none; false without one.") { Evidence = CauseKind.Technical, ExplainedBy = "feed_state" },
        new("feed_state", SignalUnit.Text, "What the feed says in words, or why it cannot be read."),
        new("forced_closed", SignalUnit.Flag, "The contract on L1 that takes transactions for the L2 is paused or gone; false where that is not looked at, or L1 does not say.")
            { Evidence = CauseKind.Technical, ExplainedBy = "forced_state" },
        new("forced_state", SignalUnit.Text, "Why it is closed, or why that is not known."),
    ];

    public override ImmutableArray<string> DefaultConditions(object options)
    {
        var sequencer = (SequencerOptions)options;
        var conditions = ImmutableArray.CreateBuilder<string>();
        if (sequencer.ChainId is { } chain) conditions.Add(string.Create(CultureInfo.InvariantCulture, $"chain_id == {chain} else down"));
        conditions.Add(string.Create(CultureInfo.InvariantCulture, $"head_age < {(sequencer.BlockTime * 10).TotalSeconds:0.###}s"));
        if (sequencer.Feed is not null)
        {
            conditions.Add("feed_down_for <= 0s");
            conditions.Add("not in_grace else degraded");
            conditions.Add("not feed_unread else degraded");
        }
        if (sequencer.BatchAgeLimit.Limit is { } batch) conditions.Add(string.Create(CultureInfo.InvariantCulture, $"batch_age < {batch.TotalSeconds:0.###}s else degraded"));
        if (sequencer.ForcedInclusion is not null) conditions.Add("not forced_closed else degraded");
        return conditions.ToImmutable();
    }

    public override IEnumerable<OptionMistake> Validate(object options)
    {
        var sequencer = (SequencerOptions)options;
        foreach (var mistake in RpcEndpoint.MistakesIn(sequencer, Key)) yield return mistake;
        if (sequencer.RollupUrl is { } rollup && !HttpRequests.IsWeb(rollup)) yield return new OptionMistake("rollup_url", "is not an absolute http or https URL. Try http://127.0.0.1:9545.");
        if (sequencer.Feed is { } feed && !Address.TryParse(feed, out _)) yield return new OptionMistake("feed", $"'{feed}' is not an address: write 0x and 40 hexadecimal digits, with the right checksum where the case is mixed.");
        if (sequencer.ForcedInclusion is not { } way) yield break;
        if (!HttpRequests.IsWeb(way.Url)) yield return new OptionMistake("forced_inclusion", "url is not an absolute http or https URL.");
        if (!Address.TryParse(way.Address, out _)) yield return new OptionMistake("forced_inclusion", $"address '{way.Address}' is not an address: write 0x and 40 hexadecimal digits.");
        if (!AbiSignature.TryParse(way.Paused, out var paused, out _) || paused is not { Inputs.IsEmpty: true, Outputs.Length: 1 })
            yield return new OptionMistake("forced_inclusion", $"paused '{way.Paused}' is no function without arguments that returns one value. Try \"paused() returns (bool)\".");
    }

    public override string? Provider(object options) => HostPort.Of(((SequencerOptions)options).Url).ToString();

    public override int CallsPerObservation(object options) => ((SequencerOptions)options).Feed is null ? 4 : 5;

    public override IEnumerable<(string Provider, int Calls)> CallsOf(object options)
    {
        var sequencer = (SequencerOptions)options;
        yield return (HostPort.Of(sequencer.Url).ToString(), CallsPerObservation(options));
        if (sequencer.RollupUrl is { } rollup) yield return (HostPort.Of(rollup).ToString(), 1);
        if (sequencer.ForcedInclusion is { } way) yield return (HostPort.Of(way.Url).ToString(), 2);
    }

    public override Probe Create(ProbeDefinition definition, NetworkPath path, ProbeEnvironment environment) =>
        new SequencerProbe(definition, (SequencerOptions)definition.Options, path, environment);
}
