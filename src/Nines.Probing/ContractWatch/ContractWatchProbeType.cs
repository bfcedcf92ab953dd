using System.Collections.Immutable;
using System.Globalization;
using Nines.Chains.Evm;
using Nines.Core;
using Nines.Core.Components;
using Nines.Core.Observations;
using Nines.Probing.Paths;
using Nines.Probing.Rpc;

namespace Nines.Probing.ContractWatch;

/// <summary>What may change at a contract that its users trust: its events, what it forwards to, who administrates it, its code.</summary>
public sealed class ContractWatchProbeType : ProbeType
{
    private static readonly ImmutableArray<SignalDefinition> Plain =
    [
        new("round_trip", SignalUnit.Seconds, "From the first question of the look to the last answer."),
        new("unexpected_for", SignalUnit.Seconds, "Time since the oldest change or security event that is unexpected; 0 while nothing is.")
            { Onset = SignalOnset.Since, Granularity = 1, Evidence = CauseKind.Security, ExplainedBy = "unexpected" },
        new("unexpected", SignalUnit.Text, "What is unexpected, oldest first; missing while nothing is."),
        new("upgraded", SignalUnit.Flag, "Upgraded or BeaconUpgraded was emitted, and still counts.") { Evidence = CauseKind.Security, ExplainedBy = "unexpected" },
        new("implementation_changed", SignalUnit.Flag, "The implementation is not what it was, or not what the config says.") { Evidence = CauseKind.Security, ExplainedBy = "unexpected" },
        new("admin_changed", SignalUnit.Flag, "The same of the proxy's administrator.") { Evidence = CauseKind.Security, ExplainedBy = "unexpected" },
        new("beacon_changed", SignalUnit.Flag, "The same of the beacon.") { Evidence = CauseKind.Security, ExplainedBy = "unexpected" },
        new("code_changed", SignalUnit.Flag, "The same of the code, the contract's own or the implementation's, at the same address.") { Evidence = CauseKind.Security, ExplainedBy = "unexpected" },
        new("security_events", SignalUnit.None, "Security events that still count.") { Evidence = CauseKind.Security, ExplainedBy = "unexpected" },
        new("last_event", SignalUnit.Text, "The last watched event with its arguments, block and time; missing before the first."),
        new("paused", SignalUnit.Flag, "By the contract's own paused(); where it has none by its last Paused or Unpaused event; else false.") { ExplainedBy = "last_event" },
        new("reorged_events", SignalUnit.None, "Events and changes that were told, and then re-organised away.") { Evidence = CauseKind.Consensus, ExplainedBy = "reorged" },
        new("reorged", SignalUnit.Text, "Which; missing while there are none."),
        new("proxy", SignalUnit.Text, "How the contract forwards: eip1967, beacon, eip1822, zeppelinos, minimal or none."),
        new("implementation", SignalUnit.Text, "Address of the implementation; none where there is none."),
        new("admin", SignalUnit.Text, "Address of the proxy's administrator by EIP-1967; none where there is none."),
        new("beacon", SignalUnit.Text, "Address of the beacon by EIP-1967; none where there is none."),
        new("code_hash", SignalUnit.Text, "Keccak-256 of the contract's code; none without code."),
        new("implementation_code_hash", SignalUnit.Text, "Keccak-256 of the implementation's code; none where there is none."),
        new("told_to", SignalUnit.Blocks, "Last block whose events have been told."),
        new("behind", SignalUnit.Blocks, "Confirmed blocks whose events have not been looked at yet."),
        new("gap", SignalUnit.Blocks, "Blocks that were never looked at, because Nines was off for longer than catch_up; for as long as hold."),
    ];

    public override string Key => "contract_watch";
    public override string About => "Watches what may change at a contract: events with confirmations, the implementation, administrator and beacon of a proxy, and the code.";
    public override Type OptionsType => typeof(ContractWatchOptions);

    /// <summary>In the order of <see cref="ContractWatchProbe"/>'s values.</summary>
    public override ImmutableArray<SignalDefinition> Signals => Plain;

    /// <summary>And how many of each event count.</summary>
    public override ImmutableArray<SignalDefinition> SignalsOf(object options)
    {
        try
        {
            return [.. Plain, .. EventNames(EventRule.From(((ContractWatchOptions)options).Events))];
        }
        catch (FormatException)
        {
            return Plain;
        }
    }

    public override ImmutableArray<string> DefaultConditions(object options) => ["unexpected_for <= 0s", "not paused", "reorged_events == 0 else degraded"];

    public override IEnumerable<OptionMistake> Validate(object options)
    {
        var watch = (ContractWatchOptions)options;
        foreach (var mistake in RpcEndpoint.MistakesIn(watch, Key)) yield return mistake;
        if (AddressMistake(watch.Address) is { } wrong) yield return new OptionMistake("address", wrong);
        if (EventMistake(watch.Events) is { } inEvent) yield return inEvent;
        foreach (var (option, addresses) in new[] { ("implementation", watch.Implementation), ("admin", watch.Admin), ("beacon", watch.Beacon) })
            foreach (var address in addresses)
                if (address != ContractForm.None && AddressMistake(address) is { } no)
                    yield return new OptionMistake(option, $"{no} Write none for that there is none.");
        foreach (var (option, hashes) in new[] { ("code_hash", watch.CodeHash), ("implementation_code_hash", watch.ImplementationCodeHash) })
            foreach (var hash in hashes)
                if (hash != ContractForm.None && !Hash32.TryParse(hash, out _))
                    yield return new OptionMistake(option, $"'{hash}' is no hash: write 0x and 64 hexadecimal digits, as the signal {option} shows them, or none.");
    }

    public override string? Provider(object options) => HostPort.Of(((ContractWatchOptions)options).Url).ToString();

    /// <summary>With a new block at each look: the head, the block told, logs and their last block, five slots, paused(), the block, two hashes of code. Else two.</summary>
    public override int CallsPerObservation(object options) => 13;

    public override Probe Create(ProbeDefinition definition, NetworkPath path, ProbeEnvironment environment) =>
        new ContractWatchProbe(definition, (ContractWatchOptions)definition.Options, path, environment);

    internal static IEnumerable<SignalDefinition> EventNames(ImmutableArray<EventRule> rules) => rules.GroupBy(rule => rule.Declaration.Name).Select(rule =>
        new SignalDefinition($"events({rule.Key})", SignalUnit.None, $"{rule.Key} events that still count.")
        {
            Evidence = rule.Any(one => one.IsSecurity) ? CauseKind.Security : CauseKind.Unexplained,
            ExplainedBy = rule.Any(one => one.IsSecurity) ? "unexpected" : "last_event",
        });

    private static string? AddressMistake(string text)
    {
        if (Address.TryParse(text, out _)) return null;
        return Address.TryParse(text.ToLowerInvariant(), out var address)
            ? $"'{text}' has a wrong checksum: a character was changed. Right is {address}, if the digits are."
            : $"'{text}' is not an address: write 0x and 40 hexadecimal digits.";
    }

    private static OptionMistake? EventMistake(ImmutableArray<WatchedEvent> events)
    {
        for (var i = 0; i < events.Length; i++)
            try
            {
                EventRule.From(events[i]);
            }
            catch (FormatException wrong)
            {
                return new OptionMistake("events", wrong.Message) { Item = i };
            }
        return null;
    }
}
