using System.Collections.Immutable;
using Nines.Core;
using Nines.Core.Components;
using Nines.Core.Observations;
using Nines.Probing.Paths;
using Nines.Probing.Rpc;

namespace Nines.Probing.Contracts;

/// <summary>Reads values of smart contracts and simulates users' actions, all at one block.</summary>
public sealed class ContractProbeType : ProbeType
{
    public override string Key => "contract";
    public override string About => "Reads values of smart contracts at one block and simulates users' actions, with the decoded reason of each that would revert.";
    public override Type OptionsType => typeof(ContractOptions);

    /// <summary>In the order of <see cref="ContractProbe"/>'s values.</summary>
    public override ImmutableArray<SignalDefinition> Signals { get; } =
    [
        new("round_trip", SignalUnit.Seconds, "From the first step to the last byte of the answers."),
        new("code_present", SignalUnit.Flag, "There is a contract at the address, and wherever reads and actions go.") { ExplainedBy = "failure" },
        new("result", SignalUnit.Any, "The first output of call: a number, true or false, or a text; missing when it reverted."),
        new("reverted", SignalUnit.Flag, "A simulated action would revert; without any, call reverted.") { ExplainedBy = "revert_reason" },
        new("revert_reason", SignalUnit.Text, "Why, decoded: EnforcedPause(), reverted: …, panic 0x11: …; of several actions with their names. Missing when none reverted."),
        new("action", SignalUnit.Text, "Name of the simulated action; of several, of those that would revert. Missing without one."),
        new("failure", SignalUnit.Text, "Why reads have no value, and where there is no contract; missing when all is well."),
        new("block", SignalUnit.Blocks, "The block that the reads are of; missing where a single value needs none."),
        new("unchecked", SignalUnit.Blocks, "Blocks since the last look whose reads were not looked at."),
    ];

    public override ImmutableArray<SignalDefinition> SignalsOf(object options)
    {
        var contract = (ContractOptions)options;
        var plan = new ContractPlan(contract);
        var signals = Signals.ToBuilder();
        foreach (var read in contract.Reads.IsDefault ? [] : contract.Reads)
        {
            // One that cannot be read is any value: that it is wrong is said once, not for each condition.
            var call = plan.Reads.FirstOrDefault(known => known.Name == read.Name);
            var name = $"{read.Name}()";
            if (signals.Any(known => known.Name == name)) continue;
            signals.Add(new SignalDefinition(name, call?.Unit ?? SignalUnit.Any, $"{read.Call}{(read.As == ReadAs.Age ? ", as an age" : "")}")
            {
                ExplainedBy = "failure",
                Evidence = read.Security ? CauseKind.Security : CauseKind.Unexplained,
                Onset = read.As == ReadAs.Age ? SignalOnset.Since : SignalOnset.Instant,
                Granularity = read.As == ReadAs.Age ? 1 : 0,
            });
        }
        foreach (var action in contract.Actions.IsDefault ? [] : contract.Actions)
        {
            if (signals.Any(known => known.Name == Reverted(action.Name))) continue;
            signals.Add(new SignalDefinition(Reverted(action.Name), SignalUnit.Flag, $"{action.Name} would revert.") { ExplainedBy = Reason(action.Name) });
            signals.Add(new SignalDefinition(Reason(action.Name), SignalUnit.Text, $"Why {action.Name} would revert; missing when it would not."));
        }
        return signals.ToImmutable();
    }

    public override ImmutableArray<string> DefaultConditions(object options)
    {
        var contract = (ContractOptions)options;
        var plan = new ContractPlan(contract);
        if (!plan.IsSimple && !plan.Actions.IsEmpty) return ["code_present", .. plan.Actions.Select(action => $"not {Reverted(action.Name)}")];
        return contract.Simulate is null && contract.Call is null ? ["code_present"] : ["code_present", "not reverted"];
    }

    public override IEnumerable<OptionMistake> Validate(object options)
    {
        var contract = (ContractOptions)options;
        return [.. RpcEndpoint.MistakesIn(contract, Key), .. new ContractPlan(contract).Mistakes];
    }

    public override string? Provider(object options) => HostPort.Of(((ContractOptions)options).Url).ToString();

    /// <summary>One for each read and action, and for the code where no read proves that there is any; two more to hold on to one block.</summary>
    public override int CallsPerObservation(object options)
    {
        var plan = new ContractPlan((ContractOptions)options);
        return plan.Reads.Length + plan.Actions.Length + plan.Coded.Length + (plan.Result is null ? 0 : 1) + (plan.IsPinned ? 2 : 0);
    }

    public override Probe Create(ProbeDefinition definition, NetworkPath path, ProbeEnvironment environment) =>
        new ContractProbe(definition, (ContractOptions)definition.Options, path, environment);

    internal static string Reverted(string action) => $"reverted({action})";

    internal static string Reason(string action) => $"revert_reason({action})";
}
