using System.Collections.Immutable;
using Nines.Chains.Evm;
using Nines.Chains.Evm.Abi;
using Nines.Chains.Evm.JsonRpc;
using Nines.Chains.JsonRpc;
using Nines.Core.Components;
using Nines.Core.Observations;
using Nines.Probing.Answers;
using Nines.Probing.Evm;
using Nines.Probing.Rpc;
using NodaTime;

namespace Nines.Probing.Contracts;

/// <summary>Looks at a contract: reads, simulates, and makes sure that there is one where nothing proved it.</summary>
public sealed class ContractProbe : Probe
{
    private readonly RpcEndpoint endpoint;
    private readonly Readout readout;
    private readonly Address address;
    private readonly AbiSignature? read;
    private readonly RpcCall<HexBytes>? reading;
    private readonly RpcCall<HexBytes>? simulation;
    private readonly SignalValue action;
    private readonly KnownErrors errors;

    /// <exception cref="FormatException">The options are wrong; see <see cref="ContractProbeType.Validate"/>.</exception>
    public ContractProbe(ProbeDefinition definition, ContractOptions options, NetworkPath path, ProbeEnvironment environment)
        : this(definition, options, path, environment, transport: null) { }

    internal ContractProbe(ProbeDefinition definition, ContractOptions options, NetworkPath path, ProbeEnvironment environment, HttpMessageHandler? transport)
    {
        endpoint = new RpcEndpoint(definition, options, path, environment, transport);
        readout = new Readout(definition.Signals, new ContractProbeType().Signals);
        address = Address.Parse(options.Address);
        errors = KnownErrors.Published.With((options.Errors.IsDefault ? [] : options.Errors).Select(AbiSignature.Parse));
        if (options.Call is { } call)
        {
            (read, var data) = AbiArgument.Call(call, options.Args);
            reading = EvmCalls.Call(address, data, BlockRef.Latest);
        }
        action = options.Simulate is { } named ? SignalValue.Of(named.Name) : SignalValue.Missing;
        if (options.Simulate is { } user)
        {
            var to = user.To is { } other ? Address.Parse(other) : address;
            simulation = EvmCalls.Call(to, AbiArgument.Call(user.Call, user.Args).Data, BlockRef.Latest, Address.Parse(user.From), new Wei(user.Value));
        }
    }

    public override async ValueTask<Sight> LookAsync(CancellationToken limit)
    {
        var batch = new RpcBatch();
        var readSlot = reading is null ? null : batch.Add(reading);
        var actionSlot = simulation is null ? null : batch.Add(simulation);
        var codeSlot = batch.Count == 0 ? batch.Add(EvmCalls.GetCode(address, BlockRef.Latest)) : null;
        var (answers, took, failure) = await endpoint.AskAsync(batch, limit).ConfigureAwait(false);
        if (answers is null) return failure;

        Said? said = readSlot is null ? null : Read(answers.Of(readSlot));
        if (said?.Failure is { } readFailed) return readFailed;
        Said? done = actionSlot is null ? null : Read(answers.Of(actionSlot));
        if (done?.Failure is { } actionFailed) return actionFailed;

        // Data or a revert can only come from code; an empty answer is also what an address without code gives.
        // The action may go to another contract, which proves nothing about this one.
        var present = said is { ComesFromCode: true };
        if (!present)
        {
            if (codeSlot is null)
            {
                var more = new RpcBatch();
                codeSlot = more.Add(EvmCalls.GetCode(address, BlockRef.Latest));
                (answers, var tookMore, failure) = await endpoint.AskAsync(more, limit).ConfigureAwait(false);
                if (answers is null) return failure;
                took += tookMore;
            }
            if (answers.Of(codeSlot) is not RpcAnswer<HexBytes>.Answered code) return endpoint.FailureOf(answers.Of(codeSlot));
            present = !code.Value.IsEmpty;
        }

        var result = SignalValue.Missing;
        if (said is { Reverted: null, Data: var data } && present && !TryDecode(data, out result, out var why)) return endpoint.Refused("malformed", why);
        var outcome = done ?? said;
        SignalValue[] plain =
        [
            SignalValue.Of(took.TotalSeconds),
            SignalValue.Of(present),
            result,
            SignalValue.Of(outcome?.Reverted is not null),
            outcome?.Reverted is { } reason ? RpcValues.Text(reason) : SignalValue.Missing,
            action,
        ];
        return new Sight(new Outcome.Answered(took), readout.Read(plain, null));
    }

    public override void HoldTripwire(Action<TripwireEvent> broke) => endpoint.HoldTripwire(broke);

    public override ValueTask DisposeAsync() => endpoint.DisposeAsync();

    private Said Read(RpcAnswer<HexBytes> answer)
    {
        switch (answer)
        {
            case RpcAnswer<HexBytes>.Answered answered:
                return new Said(answered.Value, null, null);
            case RpcAnswer<HexBytes>.RpcError { Kind: RpcErrorKind.ExecutionReverted } reverted:
                return new Said(reverted.Data, endpoint.Redaction.Apply(ReasonOf(reverted)), null);
            case RpcAnswer<HexBytes>.RpcError poor when IsPoor(poor.Message):
                return new Said(default, null, new Sight(new Outcome.ProbeFault("the account of the simulated action does not hold the value that it sends: fund it, or name another one"), []));
            default:
                return new Said(default, null, endpoint.FailureOf(answer));
        }
    }

    /// <summary>From the data; where a client does not pass it on, from its message.</summary>
    private string ReasonOf(RpcAnswer<HexBytes>.RpcError reverted)
    {
        if (!reverted.Data.IsEmpty) return RevertReason.Decode(reverted.Data, errors).Text;
        var message = reverted.Message.Trim();
        return message.Length == 0 || message.Equals("execution reverted", StringComparison.OrdinalIgnoreCase)
            ? new RevertReason.Empty().Text
            : message;
    }

    private static bool IsPoor(string message) =>
        message.Contains("insufficient funds", StringComparison.OrdinalIgnoreCase) || message.Contains("insufficient balance", StringComparison.OrdinalIgnoreCase);

    private bool TryDecode(HexBytes data, out SignalValue value, out string why)
    {
        (value, why) = (SignalValue.Missing, "");
        if (read is null || read.Outputs.IsEmpty) return true;
        switch (read.DecodeOutputs(data.Span))
        {
            case AbiDecoding.Decoded decoded:
                value = ValueOf(decoded.Values[0]);
                return true;
            case AbiDecoding.Refused refused:
                why = $"what {read.Canonical} returned cannot be read: {refused.Why}";
                return false;
            default:
                throw new InvalidOperationException("A decoding is decoded or refused.");
        }
    }

    private static SignalValue ValueOf(AbiValue value) => value switch
    {
        AbiValue.Number number => RpcValues.Whole(number.Value),
        AbiValue.Flag flag => SignalValue.Of(flag.Value),
        AbiValue.Text text => RpcValues.Text(text.Value),
        AbiValue.Account or AbiValue.Blob or AbiValue.Sequence => RpcValues.Text(value.ToString()),
        _ => throw new InvalidOperationException("AbiValue is a closed hierarchy."),
    };

    /// <param name="Data">What was returned, or reverted with.</param>
    /// <param name="Reverted">The reason; null when it went through.</param>
    /// <param name="Failure">When it is no answer of the contract at all.</param>
    private sealed record Said(HexBytes Data, string? Reverted, Sight? Failure)
    {
        public bool ComesFromCode => Reverted is not null || !Data.IsEmpty;
    }
}
