using System.Collections.Immutable;
using System.Numerics;
using System.Text.Json;
using Nines.Chains.Evm.Signing;
using Nines.Chains.Evm.Transactions;

namespace Nines.Chains.Evm.JsonRpc;

/// <summary>Reads transactions.</summary>
internal static class TransactionJson
{
    private const string Owner = "the transaction";

    public static BlockTransaction Transaction(JsonElement json)
    {
        var hash = EvmJson.Hash(EvmJson.Member(json, "hash", Owner), "the transaction's hash");
        var type = EvmJson.Optional(json, "type") is { } t ? EvmJson.UInt64(t, "the transaction's type") : 0;
        if (type > byte.MaxValue)
        {
            throw new FormatException($"the transaction's type {type} is above 255");
        }

        var call = new CallFields(
            EvmJson.UInt64(EvmJson.Member(json, "nonce", Owner), "the nonce"),
            new Gas(EvmJson.UInt64(EvmJson.Member(json, "gas", Owner), "the gas limit")),
            EvmJson.Optional(json, "to") is { } to ? EvmJson.Address(to, "the recipient") : null,
            EvmJson.Wei(EvmJson.Member(json, "value", Owner), "the value"),
            EvmJson.Bytes(EvmJson.Optional(json, "input") ?? EvmJson.Member(json, "data", Owner), "the data"));
        return new BlockTransaction(
            hash,
            (byte)type,
            EvmJson.Address(EvmJson.Member(json, "from", Owner), "the sender"),
            call.To, call.Nonce, call.Value, call.Data,
            EvmJson.Optional(json, "blockNumber") is { } block ? new BlockNumber(EvmJson.UInt64(block, "the block's number")) : null,
            SignedOrNull(json, (byte)type, call));
    }

    private static SignedTransaction? SignedOrNull(JsonElement json, byte type, CallFields call)
    {
        if (EvmJson.Optional(json, "r") is not { } r || EvmJson.Optional(json, "s") is not { } s || Amount(json, "v", "yParity") is not { } v)
        {
            return null;
        }

        // a rollup's system transactions have the shape of a legacy one and an empty signature
        var (sr, ss) = (EvmJson.UInt256(r, "r"), EvmJson.UInt256(s, "s"));
        if (type == 0)
        {
            return (v < 35 && v != 27 && v != 28) || Legacy(json, call, v) is not { } legacy
                ? null
                : new SignedTransaction(legacy, new EcdsaSignature(sr, ss, v < 35 ? v == 28 : v.IsEven));
        }

        return v <= 1 && Typed(json, type, call) is { } typed ? new SignedTransaction(typed, new EcdsaSignature(sr, ss, v == 1)) : null;
    }

    private static Transaction.Legacy? Legacy(JsonElement json, CallFields call, BigInteger v)
    {
        var chain = v < 35 ? (BigInteger?)null : (v - 35) / 2;
        return chain > ulong.MaxValue || Amount(json, "gasPrice") is not { } price
            ? null
            : new Transaction.Legacy
            {
                Nonce = call.Nonce, GasLimit = call.Gas, To = call.To, Value = call.Value, Data = call.Data,
                GasPrice = new Wei(price), Chain = chain is { } id ? new ChainId((ulong)id) : null,
            };
    }

    private static Transaction? Typed(JsonElement json, byte type, CallFields call)
    {
        if (Amount(json, "chainId") is not { } id || id > ulong.MaxValue)
        {
            return null;
        }

        var chain = new ChainId((ulong)id);
        var access = EvmJson.Optional(json, "accessList") is { } list ? EvmJson.List(list, "the access list", AccessEntry) : [];
        if (type == 1)
        {
            return Amount(json, "gasPrice") is { } price
                ? new Transaction.WithAccessList
                {
                    Nonce = call.Nonce, GasLimit = call.Gas, To = call.To, Value = call.Value, Data = call.Data,
                    Chain = chain, GasPrice = new Wei(price), AccessList = access,
                }
                : null;
        }

        if (Amount(json, "maxPriorityFeePerGas") is not { } tip || Amount(json, "maxFeePerGas") is not { } limit)
        {
            return null;
        }

        return type switch
        {
            2 => new Transaction.DynamicFee
            {
                Nonce = call.Nonce, GasLimit = call.Gas, To = call.To, Value = call.Value, Data = call.Data,
                Chain = chain, MaxPriorityFeePerGas = new Wei(tip), MaxFeePerGas = new Wei(limit), AccessList = access,
            },
            3 when Amount(json, "maxFeePerBlobGas") is { } blobFee && EvmJson.Optional(json, "blobVersionedHashes") is { } hashes =>
                new Transaction.Blob
                {
                    Nonce = call.Nonce, GasLimit = call.Gas, To = call.To, Value = call.Value, Data = call.Data,
                    Chain = chain, MaxPriorityFeePerGas = new Wei(tip), MaxFeePerGas = new Wei(limit), AccessList = access,
                    MaxFeePerBlobGas = new Wei(blobFee),
                    BlobHashes = EvmJson.List(hashes, "the blobs", item => EvmJson.Hash(item, "a blob's hash")),
                },
            4 when EvmJson.Optional(json, "authorizationList") is { } given => new Transaction.SetCode
            {
                Nonce = call.Nonce, GasLimit = call.Gas, To = call.To, Value = call.Value, Data = call.Data,
                Chain = chain, MaxPriorityFeePerGas = new Wei(tip), MaxFeePerGas = new Wei(limit), AccessList = access,
                Authorizations = EvmJson.List(given, "the authorizations", Authorization),
            },
            _ => null,
        };
    }

    private static AccessListEntry AccessEntry(JsonElement json)
    {
        const string What = "an entry of the access list";
        return new AccessListEntry(
            EvmJson.Address(EvmJson.Member(json, "address", What), "its address"),
            EvmJson.Optional(json, "storageKeys") is { } keys
                ? EvmJson.List(keys, "the storage keys", key => EvmJson.Hash(key, "a storage key"))
                : ImmutableArray<Hash32>.Empty);
    }

    private static CodeAuthorization Authorization(JsonElement json)
    {
        const string What = "an authorization";
        var parity = EvmJson.UInt64(EvmJson.Optional(json, "yParity") ?? EvmJson.Member(json, "v", What), "its parity of y");
        return new CodeAuthorization(
            EvmJson.UInt256(EvmJson.Member(json, "chainId", What), "its chain"),
            EvmJson.Address(EvmJson.Member(json, "address", What), "its code"),
            EvmJson.UInt64(EvmJson.Member(json, "nonce", What), "its nonce"),
            parity <= byte.MaxValue ? (byte)parity : throw new FormatException("the parity of y of an authorization is above 255"),
            EvmJson.UInt256(EvmJson.Member(json, "r", What), "its r"),
            EvmJson.UInt256(EvmJson.Member(json, "s", What), "its s"));
    }

    /// <summary>The first of these members that is there; null when none is.</summary>
    private static BigInteger? Amount(JsonElement json, string name, string? otherName = null) =>
        EvmJson.Optional(json, name) is { } member ? EvmJson.UInt256(member, name)
        : otherName is not null ? Amount(json, otherName)
        : null;

    /// <summary>What all types have.</summary>
    private sealed record CallFields(ulong Nonce, Gas Gas, Address? To, Wei Value, HexBytes Data);
}
