using System.Collections.Immutable;
using System.Numerics;
using System.Text.RegularExpressions;
using Nines.Chains.Evm;
using Nines.Chains.Evm.Abi;
using Nines.Chains.JsonRpc;
using Nines.Core;
using Nines.Core.Conditions;

namespace Nines.Probing.Contracts;

/// <summary>What a contract probe asks in each look, read from its options once. Parts that are wrong are left out, and named in <see cref="Mistakes"/>.</summary>
internal sealed partial class ContractPlan
{
    private const int MaxAbiBytes = 4 << 20;
    private static readonly BigInteger MaxValue = BigInteger.Pow(2, 256) - 1;

    private readonly List<OptionMistake> mistakes = [];
    private readonly ContractAbi? abi;

    public ContractPlan(ContractOptions options)
    {
        Address = AddressOf(options.Address, new OptionMistake("address", ""), "");
        abi = AbiOf(options.Abi);
        Errors = KnownErrors.Published.With((abi?.Errors ?? []).Concat(ErrorsOf(options)));
        if (options.Call is { } call) Result = CallOf("call", call, options.Args, Address, new OptionMistake("call", ""), "");
        else if (!options.Args.IsDefaultOrEmpty) mistakes.Add(new OptionMistake("args", "are given without call. Add call, or leave them out."));
        Reads = [.. ReadsOf(options.Reads.IsDefault ? [] : options.Reads)];
        Actions = [.. ActionsOf(options)];
        IsSimple = options.Simulate is not null;
        EachBlock = options.EachBlock ?? 1;
        if (options.EachBlock is not null && Reads.IsEmpty && options.Reads.IsDefaultOrEmpty) mistakes.Add(new OptionMistake("each_block", "goes with reads: there is nothing else to look at in each block. Add reads, or leave it out."));
        var most = (RpcBatch.MaxCalls - Actions.Length - Coded.Length - 2) / Math.Max(1, Reads.Length);
        if (EachBlock > most) mistakes.Add(new OptionMistake("each_block", $"asks for {Reads.Length} reads in each of {EachBlock} blocks: a request holds {RpcBatch.MaxCalls} calls. Write at most {most}, or spread the reads over several probes."));
    }

    public IReadOnlyList<OptionMistake> Mistakes => mistakes;

    public Address Address { get; }

    /// <summary>What gives the signal result; null without call.</summary>
    public ContractCall? Result { get; }

    public ImmutableArray<ContractCall> Reads { get; }
    public ImmutableArray<ContractCall> Actions { get; }

    /// <summary>The one action was given as simulate.</summary>
    public bool IsSimple { get; }

    public KnownErrors Errors { get; }

    /// <summary>Most blocks whose reads are looked at in one look.</summary>
    public int EachBlock { get; }

    /// <summary>Several values belong together only if they are of one block.</summary>
    public bool IsPinned => EachBlock > 1 || Reads.Length + (Result is null ? 0 : 1) > 1;

    /// <summary>Every contract that is called.</summary>
    public IEnumerable<Address> Contracts => Calls.Select(call => call.To).Prepend(Address).Distinct();

    /// <summary>The contracts of which no read will prove that they are there.</summary>
    public ImmutableArray<Address> Coded => [.. Contracts.Except(Calls.Where(call => call is { From: null, Returns: true }).Select(call => call.To))];

    private IEnumerable<ContractCall> Calls => (Result is null ? [] : new[] { Result }).Concat(Reads).Concat(Actions);

    private IEnumerable<ContractCall> ReadsOf(ImmutableArray<ContractRead> reads)
    {
        if (reads.Length > ContractOptions.MostReads) mistakes.Add(new OptionMistake("reads", $"are {reads.Length}; there are at most {ContractOptions.MostReads}. Spread them over several probes."));
        var names = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < Math.Min(reads.Length, ContractOptions.MostReads); i++)
        {
            var (read, at) = (reads[i], new OptionMistake("reads", "") { Item = i });
            var named = IsName(read.Name, names, at);
            var to = read.Address is { } other ? AddressOf(other, at with { Key = "address" }, "") : Address;
            if (CallOf(read.Name, read.Call, read.Args, to, at with { Key = "call" }, "") is not { } call) continue;
            if (call.Function.Outputs.IsEmpty)
            {
                mistakes.Add(at with { Key = "call", Message = $"{call.Function.Canonical} says nothing of what it returns. Try {call.Function.Canonical} returns (uint256)." });
                continue;
            }
            if (OutputOf(read, call.Function, at) is not { } output || !named) continue;
            call = call with { Output = output, Decimals = read.Decimals, As = read.As, Security = read.Security };
            var type = call.Function.Outputs[output].Type;
            var isNumber = type is AbiType.UIntType or AbiType.IntType;
            if (!isNumber && read.Decimals > 0) mistakes.Add(at with { Key = "decimals", Message = $"go with whole numbers, and this output is {type}. Leave them out." });
            else if (!isNumber && read.As == ReadAs.Age) mistakes.Add(at with { Key = "as", Message = $"age goes with a Unix time, and this output is {type}. Leave it out." });
            else if (read is { Decimals: > 0, As: ReadAs.Age }) mistakes.Add(at with { Key = "decimals", Message = "do not go with as: age, which is in seconds. Leave one of them out." });
            else yield return call;
        }
    }

    private IEnumerable<ContractCall> ActionsOf(ContractOptions options)
    {
        ImmutableArray<SimulatedAction> actions = options.Actions.IsDefault ? [] : options.Actions;
        if (options.Simulate is { } simple)
        {
            if (!actions.IsEmpty) mistakes.Add(new OptionMistake("simulate", "is short for a list of one action, and there is such a list. Move it into actions."));
            if (string.IsNullOrWhiteSpace(simple.Name) || simple.Name.Length > 100) mistakes.Add(new OptionMistake("simulate", "name must have 1 to 100 characters. Try transfer."));
            if (ActionOf(simple, key => (new OptionMistake("simulate", ""), $"{key}: ")) is { } one) yield return one;
            yield break;
        }
        if (actions.Length > ContractOptions.MostActions) mistakes.Add(new OptionMistake("actions", $"are {actions.Length}; there are at most {ContractOptions.MostActions}. Spread them over several probes."));
        var names = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < Math.Min(actions.Length, ContractOptions.MostActions); i++)
        {
            var at = new OptionMistake("actions", "") { Item = i };
            var named = IsName(actions[i].Name, names, at);
            if (ActionOf(actions[i], key => (at with { Key = key }, "")) is { } action && named) yield return action;
        }
    }

    private ContractCall? ActionOf(SimulatedAction action, Func<string, (OptionMistake At, string Before)> place)
    {
        var known = mistakes.Count;
        var from = AddressOf(action.From, place("from").At, place("from").Before);
        var to = action.To is { } other ? AddressOf(other, place("to").At, place("to").Before) : Address;
        var call = CallOf(action.Name, action.Call, action.Args, to, place("call").At, place("call").Before);
        if (action.Value.Sign < 0 || action.Value > MaxValue) mistakes.Add(place("value").At with { Message = place("value").Before + "is not in 0 to 2^256 − 1 wei." });
        return mistakes.Count > known || call is null ? null : call with { From = from, Value = new Wei(action.Value) };
    }

    private ContractCall? CallOf(string name, string text, ImmutableArray<string> arguments, Address to, OptionMistake at, string before)
    {
        try
        {
            var function = FunctionOf(text);
            return new ContractCall(name, to, function, AbiArgument.Call(function, arguments));
        }
        catch (FormatException wrong)
        {
            mistakes.Add(at with { Message = before + wrong.Message });
            return null;
        }
    }

    /// <exception cref="FormatException">It is no function's signature, nor the name of one in the ABI.</exception>
    private AbiSignature FunctionOf(string text)
    {
        if (abi is null || !Identifier().IsMatch(text)) return AbiArgument.Function(text);
        var named = abi.Functions.Where(function => function.Name == text).ToList();
        return named switch
        {
            [var one] => one,
            [] => throw new FormatException($"'{text}' is no function of the ABI.{DidYouMean.Sentence(text, abi.Functions.Select(function => function.Name))} Or write its signature: {text}() returns (uint256)."),
            _ => throw new FormatException($"'{text}' is {named.Count} functions of the ABI. Write which: {string.Join(" or ", named.Select(function => function.ToString()["function ".Length..]))}."),
        };
    }

    private int? OutputOf(ContractRead read, AbiSignature function, OptionMistake at)
    {
        if (read.Output is not { } wanted) return 0;
        for (var i = 0; i < function.Outputs.Length; i++)
            if (function.Outputs[i].Name == wanted || (i + 1).ToString(System.Globalization.CultureInfo.InvariantCulture) == wanted) return i;
        var outputs = string.Join(", ", function.Outputs.Select((output, i) => output.Name.Length > 0 ? output.Name : $"{i + 1}"));
        mistakes.Add(at with { Key = "output", Message = $"'{wanted}' is no output of {function.Canonical}. There are: {outputs}." });
        return null;
    }

    private Address AddressOf(string text, OptionMistake at, string before)
    {
        if (Address.TryParse(text, out var address)) return address;
        var what = Address.TryParse(text.ToLowerInvariant(), out var lower)
            ? $"'{text}' has a wrong checksum: a character was changed. Right is {lower}, if the digits are."
            : $"'{text}' is not an address: write 0x and 40 hexadecimal digits.";
        mistakes.Add(at with { Message = before + what });
        return default;
    }

    private bool IsName(string name, HashSet<string> taken, OptionMistake at)
    {
        var wrong = !Identifier().IsMatch(name) || name.Length > 64 ? "must be 1 to 64 letters, digits and _, not beginning with a digit: conditions write it. Try totalSupply."
            : ConditionParser.ReservedWords.Contains(name) ? $"'{name}' is a word of conditions. Choose another."
            : !taken.Add(name) ? $"'{name}' is there twice. Names are unique within one list."
            : null;
        if (wrong is not null) mistakes.Add(at with { Key = "name", Message = wrong });
        return wrong is null;
    }

    private IEnumerable<AbiSignature> ErrorsOf(ContractOptions options)
    {
        foreach (var error in options.Errors.IsDefault ? [] : options.Errors)
        {
            if (AbiSignature.TryParse(error, out var declared, out var why) && declared.Kind == AbiSignatureKind.Error) yield return declared;
            else mistakes.Add(new OptionMistake("errors", $"'{error}' is no error's declaration{(why.Length > 0 ? $": {why}" : "")}. Try \"error NotOpen(uint256 opens)\"."));
        }
    }

    private ContractAbi? AbiOf(string? file)
    {
        if (file is null) return null;
        try
        {
            if (new FileInfo(file).Length > MaxAbiBytes) mistakes.Add(new OptionMistake("abi", $"is larger than {MaxAbiBytes >> 20} MiB."));
            else if (ContractAbi.TryParse(File.ReadAllText(file), out var read, out var why)) return read;
            else mistakes.Add(new OptionMistake("abi", $"cannot be read: {why}"));
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            mistakes.Add(new OptionMistake("abi", $"cannot be read: {unreadable.Message}"));
        }
        return null;
    }

    [GeneratedRegex(@"\A[A-Za-z_][A-Za-z0-9_]*\z", RegexOptions.CultureInvariant)]
    private static partial Regex Identifier();
}
