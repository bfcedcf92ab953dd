using System.Collections.Immutable;
using System.Numerics;
using Nines.Chains.Evm;
using Nines.Chains.Evm.Abi;
using Nines.Chains.Evm.JsonRpc;
using Nines.Chains.JsonRpc;
using Nines.Core.Observations;
using Nines.Probing.Contracts;
using Nines.Probing.Rpc;

namespace Nines.Probing.Bridges;

/// <summary>One of the two chains of a bridge, and what is read there.</summary>
internal sealed class BridgeSide(RpcEndpoint endpoint) : IAsyncDisposable
{
    public BlockTimes Blocks { get; } = new(endpoint);

    public RpcEndpoint Endpoint => endpoint;

    /// <summary>Reads numbers at a block.</summary>
    /// <param name="reads">Each with the block at which it is read.</param>
    /// <returns>The numbers in the same order; the failure that there is instead. When a block is another one by now, both are null.</returns>
    public async Task<(ImmutableArray<ExactDecimal>? Values, Sight? Failure)> ReadAsync(IReadOnlyList<(BridgeNumber Number, BlockHeader At)> reads, CancellationToken limit)
    {
        var batch = new RpcBatch();
        var asked = reads.Select(read => batch.Add(EvmCalls.Call(read.Number.Contract, read.Number.Data, BlockRef.At(read.At.Number)))).ToArray();
        var blocks = reads.Select(read => read.At).DistinctBy(block => block.Number.Value).Select(block => (Block: block, Slot: batch.Add(EvmCalls.GetBlock(BlockRef.At(block.Number))))).ToArray();
        var (answers, _, failure) = await endpoint.AskAsync(batch, limit).ConfigureAwait(false);
        if (answers is null) return (null, failure);
        foreach (var (block, slot) in blocks)
        {
            if (answers.Of(slot) is not RpcAnswer<BlockHeader?>.Answered said) return (null, endpoint.FailureOf(answers.Of(slot)));
            if (said.Value?.Hash != block.Hash)
            {
                Blocks.Forget();
                return (null, null);
            }
        }
        var values = ImmutableArray.CreateBuilder<ExactDecimal>(asked.Length);
        for (var i = 0; i < asked.Length; i++)
        {
            if (answers.Of(asked[i]) is not RpcAnswer<HexBytes>.Answered said) return (null, endpoint.FailureOf(answers.Of(asked[i])));
            // The moment compared may be before the contract was deployed; that there never is one must not look like health either.
            if (said.Value.IsEmpty) return (null, new Sight(new Outcome.ProbeFault($"at block {reads[i].At.Number.Value} there is no contract at {reads[i].Number.Contract}, or it has no {reads[i].Number.Function.Canonical}"), []));
            if (reads[i].Number.ValueOf(said.Value) is not { } value) return (null, endpoint.Refused("malformed", $"what {reads[i].Number.Function.Canonical} returned is no whole number"));
            values.Add(value);
        }
        return (values.MoveToImmutable(), null);
    }

    public ValueTask DisposeAsync() => endpoint.DisposeAsync();
}

/// <summary>A number that is read of a contract.</summary>
internal sealed record BridgeNumber(Address Contract, AbiSignature Function, HexBytes Data, int Decimals)
{
    /// <exception cref="FormatException">It is not one; the message says why, and what to write.</exception>
    public static BridgeNumber Of(BridgeRead read)
    {
        if (!Address.TryParse(read.Address, out var contract)) throw new FormatException($"'{read.Address}' is not an address: write 0x and 40 hexadecimal digits, in mixed case with a right checksum.");
        var function = AbiArgument.Function(read.Call);
        if (function.Outputs is not [{ Type: AbiType.UIntType or AbiType.IntType }, ..]) throw new FormatException($"{function.Canonical} must return a whole number first. Try totalSupply() returns (uint256).");
        return new BridgeNumber(contract, function, AbiArgument.Call(function, read.Args), read.Decimals);
    }

    public ExactDecimal? ValueOf(HexBytes data) =>
        Function.DecodeOutputs(data.Span) is AbiDecoding.Decoded { Values: [AbiValue.Number number, ..] } ? new ExactDecimal(number.Value, Decimals) : null;
}
