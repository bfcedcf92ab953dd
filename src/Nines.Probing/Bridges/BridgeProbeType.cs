using System.Collections.Immutable;
using Nines.Core;
using Nines.Core.Components;
using Nines.Core.Observations;
using Nines.Core.Time;
using Nines.Probing.Paths;
using Nines.Probing.Rpc;

namespace Nines.Probing.Bridges;

/// <summary>A bridge between two EVM chains: what is minted on one is locked on the other, and messages arrive.</summary>
public sealed class BridgeProbeType : ProbeType
{
    public override string Key => "bridge";
    public override string About => "Compares what a bridge minted on one chain with what it locked on the other, at one moment, and how long its messages are on their way.";
    public override Type OptionsType => typeof(BridgeOptions);

    /// <summary>In the order of <see cref="BridgeProbe"/>'s values.</summary>
    public override ImmutableArray<SignalDefinition> Signals { get; } =
    [
        new("round_trip", SignalUnit.Seconds, "From the first question of the look to the last answer."),
        new("locked", SignalUnit.None, "What was locked on the source chain at the moment compared."),
        new("minted", SignalUnit.None, "What was minted on the destination chain then."),
        new("unbacked", SignalUnit.None, "How much more was minted than locked; 0 when it was not.") { Evidence = CauseKind.Security, ExplainedBy = "backing" },
        new("mint_without_lock", SignalUnit.Flag, "More was minted than locked at that moment, which nothing on its way explains.") { Evidence = CauseKind.Security, ExplainedBy = "backing" },
        new("backing", SignalUnit.Text, "Both amounts, with the blocks at which they were read."),
        new("sent", SignalUnit.None, "Messages sent until that moment; missing without sent and received."),
        new("received", SignalUnit.None, "Messages received until the destination's newest confirmed block; missing in the same way."),
        new("pending", SignalUnit.None, "Messages on their way."),
        new("message_age", SignalUnit.Seconds, "How long the oldest message on its way has been; 0 when none is.") { Onset = SignalOnset.Since, Granularity = 1 },
        new("received_unsent", SignalUnit.Flag, "More messages were received than were sent.") { Evidence = CauseKind.Security },
        new("moment_age", SignalUnit.Seconds, "How long ago the moment compared was.") { Onset = SignalOnset.Since, Granularity = 1 },
    ];

    public override ImmutableArray<string> DefaultConditions(object options)
    {
        var bridge = (BridgeOptions)options;
        return bridge.Sent is null ? ["not mint_without_lock"] : ["not mint_without_lock", "not received_unsent", $"message_age < {DurationText.Print(bridge.MaxMessageAge)}"];
    }

    public override IEnumerable<OptionMistake> Validate(object options)
    {
        var bridge = (BridgeOptions)options;
        foreach (var mistake in RpcEndpoint.MistakesIn(bridge, Key)) yield return mistake;
        foreach (var mistake in RpcEndpoint.MistakesIn(bridge.ToDestination, "destination"))
            if (mistake.Option != "ca_file") yield return mistake with { Option = mistake.Option == "headers" ? "destination_headers" : mistake.Option };
        foreach (var (option, read) in new[] { ("locked", bridge.Locked), ("minted", bridge.Minted), ("sent", bridge.Sent), ("received", bridge.Received) })
            if (read is not null && MistakeIn(read) is { } wrong) yield return new OptionMistake(option, wrong);
        if (bridge.Sent is null != bridge.Received is null) yield return new OptionMistake(bridge.Sent is null ? "received" : "sent", "goes with the other one: sent is counted on the source chain, received on the destination.");
        if (bridge.Tolerance < 0) yield return new OptionMistake("tolerance", "is below 0. Write how much more may be minted than locked, such as 0.01.");
    }

    public override string? Provider(object options) => HostPort.Of(((BridgeOptions)options).Url).ToString();

    public override int CallsPerObservation(object options) => 12;

    /// <summary>Of each chain the head and one or two blocks, and each number with its block.</summary>
    public override IEnumerable<(string Provider, int Calls)> CallsOf(object options)
    {
        var bridge = (BridgeOptions)options;
        yield return (HostPort.Of(bridge.Url).ToString(), bridge.Sent is null ? 5 : 6);
        yield return (HostPort.Of(bridge.Destination).ToString(), bridge.Sent is null ? 7 : 11);
    }

    public override Probe Create(ProbeDefinition definition, NetworkPath path, ProbeEnvironment environment) =>
        new BridgeProbe(definition, (BridgeOptions)definition.Options, path, environment);

    private static string? MistakeIn(BridgeRead read)
    {
        try
        {
            BridgeNumber.Of(read);
            return null;
        }
        catch (FormatException wrong)
        {
            return wrong.Message;
        }
    }
}
