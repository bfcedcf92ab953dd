using System.Collections.Immutable;
using System.Numerics;
using Nines.Chains.Evm;
using Nines.Chains.Evm.Abi;
using Nines.Core.Components;
using Nines.Core.Observations;
using Nines.Probing.Evm;
using Nines.Probing.Paths;
using Nines.Probing.Rpc;

namespace Nines.Probing.Contracts;

/// <summary>A smart contract, asked at a node: what it says, and whether its users' action would go through.</summary>
public sealed class ContractProbeType : ProbeType
{
    private static readonly BigInteger MaxValue = BigInteger.Pow(2, 256) - 1;

    public override string Key => "contract";
    public override string About => "Reads a value of a smart contract and simulates a user's action, with the decoded reason when it would revert.";
    public override Type OptionsType => typeof(ContractOptions);

    /// <summary>In the order of <see cref="ContractProbe"/>'s values.</summary>
    public override ImmutableArray<SignalDefinition> Signals { get; } =
    [
        new("round_trip", SignalUnit.Seconds, "From the first step to the last byte of the answers."),
        new("code_present", SignalUnit.Flag, "There is a contract at the address."),
        new("result", SignalUnit.Any, "The first output of call: a number, true or false, or a text; missing when it reverted."),
        new("reverted", SignalUnit.Flag, "The simulated action would revert; without simulate, call reverted.") { ExplainedBy = "revert_reason" },
        new("revert_reason", SignalUnit.Text, "Why, decoded: EnforcedPause(), reverted: …, panic 0x11: …; missing when it did not revert."),
        new("action", SignalUnit.Text, "Name of the simulated action; missing without one."),
    ];

    public override ImmutableArray<string> DefaultConditions(object options)
    {
        var contract = (ContractOptions)options;
        return contract.Simulate is null && contract.Call is null ? ["code_present"] : ["code_present", "not reverted"];
    }

    public override IEnumerable<OptionMistake> Validate(object options)
    {
        var contract = (ContractOptions)options;
        foreach (var mistake in RpcEndpoint.MistakesIn(contract, Key)) yield return mistake;
        if (AddressMistake(contract.Address) is { } address) yield return new OptionMistake("address", address);
        if (contract.Call is { } call && CallMistake(call, contract.Args) is { } inCall) yield return new OptionMistake("call", inCall);
        if (contract.Call is null && !contract.Args.IsDefaultOrEmpty) yield return new OptionMistake("args", "are given without call. Add call, or leave them out.");
        foreach (var error in contract.Errors.IsDefault ? [] : contract.Errors)
            if (!AbiSignature.TryParse(error, out var declared, out var why) || declared.Kind != AbiSignatureKind.Error)
                yield return new OptionMistake("errors", $"'{error}' is no error's declaration{(why.Length > 0 ? $": {why}" : "")}. Try \"error NotOpen(uint256 opens)\".");
        if (contract.Simulate is not { } action) yield break;
        if (string.IsNullOrWhiteSpace(action.Name) || action.Name.Length > 100) yield return new OptionMistake("simulate", "name must have 1 to 100 characters. Try transfer.");
        if (AddressMistake(action.From) is { } from) yield return new OptionMistake("simulate", $"from {from}");
        if (action.To is { } to && AddressMistake(to) is { } wrongTo) yield return new OptionMistake("simulate", $"to {wrongTo}");
        if (CallMistake(action.Call, action.Args) is { } inAction) yield return new OptionMistake("simulate", $"call: {inAction}");
        if (action.Value.Sign < 0 || action.Value > MaxValue) yield return new OptionMistake("simulate", "value is not in 0 to 2^256 − 1 wei.");
    }

    public override string? Provider(object options) => HostPort.Of(((ContractOptions)options).Url).ToString();

    /// <summary>One for call and one for simulate; one more, for the code, whenever neither proves that there is any.</summary>
    public override int CallsPerObservation(object options) =>
        Math.Max(1, (((ContractOptions)options).Call is null ? 0 : 1) + (((ContractOptions)options).Simulate is null ? 0 : 1));

    public override Probe Create(ProbeDefinition definition, NetworkPath path, ProbeEnvironment environment) =>
        new ContractProbe(definition, (ContractOptions)definition.Options, path, environment);

    private static string? AddressMistake(string text)
    {
        if (Address.TryParse(text, out _)) return null;
        return Address.TryParse(text.ToLowerInvariant(), out var address)
            ? $"'{text}' has a wrong checksum: a character was changed. Right is {address}, if the digits are."
            : $"'{text}' is not an address: write 0x and 40 hexadecimal digits.";
    }

    private static string? CallMistake(string call, ImmutableArray<string> args)
    {
        try
        {
            AbiArgument.Call(call, args);
            return null;
        }
        catch (FormatException wrong)
        {
            return wrong.Message;
        }
    }
}
