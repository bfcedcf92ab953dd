using System.Numerics;
using Nines.Chains.Evm;
using Nines.Chains.Evm.Abi;
using Nines.Chains.Evm.JsonRpc;
using Nines.Chains.JsonRpc;
using Nines.Core.Observations;
using Nines.Probing.Rpc;
using NodaTime;

namespace Nines.Probing.Contracts;

/// <summary>A function of a contract with its arguments, ready to be called.</summary>
/// <param name="Name">What the config calls it.</param>
/// <param name="Data">Selector and arguments.</param>
internal sealed record ContractCall(string Name, Address To, AbiSignature Function, HexBytes Data)
{
    /// <summary>Null for a read.</summary>
    public Address? From { get; init; }

    public Wei? Value { get; init; }

    /// <summary>Which output is the value, from 0.</summary>
    public int Output { get; init; }

    public int Decimals { get; init; }

    public ReadAs As { get; init; }

    public bool Security { get; init; }

    /// <summary>True when an answer with data proves that there is a contract.</summary>
    public bool Returns => !Function.Outputs.IsEmpty;

    public RpcCall<HexBytes> At(BlockRef block) => EvmCalls.Call(To, Data, block, From, Value);

    /// <summary>The unit of its value, as far as the function's declaration tells.</summary>
    public SignalUnit Unit => As == ReadAs.Age ? SignalUnit.Seconds : !Returns ? SignalUnit.Any : Function.Outputs[Output].Type switch
    {
        AbiType.UIntType or AbiType.IntType => SignalUnit.None,
        AbiType.BoolType => SignalUnit.Flag,
        _ => SignalUnit.Text,
    };

    /// <returns>False when the data are not what the function's declaration says.</returns>
    public bool TryDecode(HexBytes data, Instant now, out SignalValue value, out string why)
    {
        (value, why) = (SignalValue.Missing, "");
        if (!Returns) return true;
        switch (Function.DecodeOutputs(data.Span))
        {
            case AbiDecoding.Decoded decoded:
                value = ValueOf(decoded.Values[Output], now);
                return true;
            case AbiDecoding.Refused refused:
                why = $"what {Function.Canonical} returned cannot be read: {refused.Why}";
                return false;
            default:
                throw new InvalidOperationException("A decoding is decoded or refused.");
        }
    }

    private SignalValue ValueOf(AbiValue value, Instant now) => value switch
    {
        // A time of 0 is none: what has never happened is of no age.
        AbiValue.Number number when As == ReadAs.Age => number.Value.IsZero ? SignalValue.Missing : SignalValue.Of(AgeOf(number.Value, now)),
        AbiValue.Number number when Decimals > 0 => SignalValue.Of(new ExactDecimal(number.Value, Decimals)),
        AbiValue.Number number => RpcValues.Whole(number.Value),
        AbiValue.Flag flag => SignalValue.Of(flag.Value),
        AbiValue.Text text => RpcValues.Text(text.Value),
        AbiValue.Account or AbiValue.Blob or AbiValue.Sequence => RpcValues.Text(value.ToString()),
        _ => throw new InvalidOperationException("AbiValue is a closed hierarchy."),
    };

    /// <summary>In seconds; 0 for a time that is yet to come.</summary>
    private static double AgeOf(BigInteger unixTime, Instant now) => Math.Max(0, (now - Instant.FromUnixTimeSeconds(0)).TotalSeconds - (double)unixTime);
}
