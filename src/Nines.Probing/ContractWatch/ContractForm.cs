using System.Collections.Immutable;
using Nines.Chains.Evm;
using Nines.Chains.Evm.Abi;
using Nines.Chains.Evm.JsonRpc;
using Nines.Chains.JsonRpc;
using Nines.Core.Observations;
using Nines.Probing.Rpc;

namespace Nines.Probing.ContractWatch;

/// <summary>What a contract is at one block, apart from its events.</summary>
/// <param name="Parts">Each part as a text; <see cref="None"/> where there is none.</param>
/// <param name="Proxy">How it forwards: eip1967, beacon, eip1822, zeppelinos, minimal or none.</param>
/// <param name="IsPaused">What its paused() says; null where it has no such function.</param>
internal sealed record ContractForm(ImmutableSortedDictionary<ContractPart, string> Parts, string Proxy, bool? IsPaused)
{
    public const string None = "none";
}

/// <summary>Reads a contract's form at a block.</summary>
internal sealed class FormReader(RpcEndpoint endpoint, Address contract)
{
    private static readonly AbiSignature Paused = AbiSignature.Parse("paused() returns (bool)"), ImplementationOf = AbiSignature.Parse("implementation() returns (address)");

    /// <summary>Where a node offers no proofs, the code itself is asked for as often as this: it is long, and hardly ever changes.</summary>
    private const int CodeEvery = 10;

    private readonly Dictionary<Address, (string Hash, HexBytes Code, int Age)> codes = [];
    private bool hasProofs = true;

    /// <summary>At a block that the node is asked for by number; its hash tells whether it still is the block that is meant.</summary>
    /// <returns>The form; the failure that there is instead; neither when the node has another block there by now.</returns>
    public async Task<(ContractForm? Form, Sight? Failure)> ReadAsync(ulong number, string hash, CancellationToken limit)
    {
        var block = BlockRef.At(new BlockNumber(number));
        var batch = new RpcBatch();
        Hash32[] slots = [ProxySlots.Implementation, ProxySlots.ZeppelinOs, ProxySlots.Proxiable, ProxySlots.Beacon, ProxySlots.Admin];
        var asked = slots.Select(slot => batch.Add(EvmCalls.GetStorageAt(contract, slot, block))).ToArray();
        var pausing = batch.Add(EvmCalls.Call(contract, Paused.EncodeCall(), block));
        var header = batch.Add(EvmCalls.GetBlock(block));
        var (answers, _, failure) = await endpoint.AskAsync(batch, limit).ConfigureAwait(false);
        if (answers is null) return (null, failure);
        if (answers.Of(header) is not RpcAnswer<BlockHeader?>.Answered at) return (null, endpoint.FailureOf(answers.Of(header)));
        if (at.Value?.Hash.ToString() != hash) return (null, null);
        var words = new Address?[slots.Length];
        for (var i = 0; i < slots.Length; i++)
        {
            if (answers.Of(asked[i]) is not RpcAnswer<Hash32>.Answered word) return (null, endpoint.FailureOf(answers.Of(asked[i])));
            words[i] = ProxySlots.AddressIn(word.Value);
        }
        if (Failure(answers.Of(pausing)) is { } noWord) return (null, noWord);
        var (implementation, proxy) = words switch
        {
            [{ } target, ..] => (target, "eip1967"),
            [_, { } target, ..] => (target, "zeppelinos"),
            [_, _, { } target, ..] => (target, "eip1822"),
            _ => ((Address?)null, ContractForm.None),
        };
        var (code, wrong) = await CodeAsync(contract, block, limit).ConfigureAwait(false);
        if (wrong is not null) return (null, wrong);
        if (implementation is null && words[3] is { } beacon)
        {
            (implementation, wrong) = await BeaconTargetAsync(beacon, block, limit).ConfigureAwait(false);
            if (wrong is not null) return (null, wrong);
            proxy = "beacon";
        }
        if (implementation is null && ProxySlots.MinimalTarget(code.Code) is { } minimal) (implementation, proxy) = (minimal, "minimal");
        var implementationCode = ContractForm.None;
        if (implementation is { } behind)
        {
            (var its, wrong) = await CodeAsync(behind, block, limit).ConfigureAwait(false);
            if (wrong is not null) return (null, wrong);
            implementationCode = its.Hash;
        }
        var parts = ImmutableSortedDictionary<ContractPart, string>.Empty
            .Add(ContractPart.Implementation, Text(implementation))
            .Add(ContractPart.Admin, Text(words[4]))
            .Add(ContractPart.Beacon, Text(words[3]))
            .Add(ContractPart.Code, code.Hash)
            .Add(ContractPart.ImplementationCode, implementationCode);
        return (new ContractForm(parts, proxy, Flag(answers.Of(pausing))), null);
    }

    private static string Text(Address? address) => address?.ToString() ?? ContractForm.None;

    private async Task<(Address? Target, Sight? Failure)> BeaconTargetAsync(Address beacon, BlockRef block, CancellationToken limit)
    {
        var batch = new RpcBatch();
        var asked = batch.Add(EvmCalls.Call(beacon, ImplementationOf.EncodeCall(), block));
        var (answers, _, failure) = await endpoint.AskAsync(batch, limit).ConfigureAwait(false);
        if (answers is null) return (null, failure);
        if (Failure(answers.Of(asked)) is { } noWord) return (null, noWord);
        return (answers.Of(asked) is RpcAnswer<HexBytes>.Answered { Value.Length: Hash32.Size } word ? ProxySlots.AddressIn(new Hash32(word.Value.Span)) : null, null);
    }

    private async Task<((string Hash, HexBytes Code) Code, Sight? Failure)> CodeAsync(Address of, BlockRef block, CancellationToken limit)
    {
        var known = codes.TryGetValue(of, out var before) ? before : default;
        if (known.Hash is not null && hasProofs)
        {
            var proof = new RpcBatch();
            var proved = proof.Add(EvmCalls.GetCodeHash(of, block));
            var (said, _, silent) = await endpoint.AskAsync(proof, limit).ConfigureAwait(false);
            if (said is null) return (default, silent);
            if (said.Of(proved) is RpcAnswer<Hash32>.Answered hash)
            {
                if (Shown(hash.Value) == known.Hash) return ((known.Hash, known.Code), null);
            }
            else hasProofs = false;
        }
        else if (known.Hash is not null && known.Age < CodeEvery)
        {
            codes[of] = known with { Age = known.Age + 1 };
            return ((known.Hash, known.Code), null);
        }
        var batch = new RpcBatch();
        var asked = batch.Add(EvmCalls.GetCode(of, block));
        var (answers, _, failure) = await endpoint.AskAsync(batch, limit).ConfigureAwait(false);
        if (answers is null) return (default, failure);
        if (answers.Of(asked) is not RpcAnswer<HexBytes>.Answered code) return (default, endpoint.FailureOf(answers.Of(asked)));
        var read = (Hash: Shown(Keccak256.Hash(code.Value.Span)), Code: code.Value.Length < 100 ? code.Value : HexBytes.Empty);
        if (codes.Count > 16) codes.Clear();
        codes[of] = (read.Hash, read.Code, 0);
        return (read, null);
    }

    /// <summary>An account that never had code, and one that does not exist, are the same here.</summary>
    private static string Shown(Hash32 codeHash) => codeHash.IsZero || codeHash == Keccak256.Hash([]) ? ContractForm.None : codeHash.ToString();

    /// <summary>A call that the contract itself refuses is an answer: it has no such function.</summary>
    private Sight? Failure(RpcAnswer<HexBytes> answer) =>
        answer is RpcAnswer<HexBytes>.Answered or RpcAnswer<HexBytes>.RpcError { Kind: RpcErrorKind.ExecutionReverted } ? null : endpoint.FailureOf(answer);

    private static bool? Flag(RpcAnswer<HexBytes> answer) =>
        answer is RpcAnswer<HexBytes>.Answered said && Paused.DecodeOutputs(said.Value.Span) is AbiDecoding.Decoded { Values: [AbiValue.Flag flag] } ? flag.Value : null;
}
