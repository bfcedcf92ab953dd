using System.Collections.Immutable;
using System.Numerics;
using Nines.Chains.Evm.Rlp;
using Nines.Chains.Evm.Signing;

namespace Nines.Chains.Evm.Transactions;

/// <summary>
/// Decodes a signed transaction of types 0 to 4 as it is sent and stored. Any bytes give a <see cref="TransactionDecoding"/>; what is
/// decoded encodes to the same bytes. Whether a chain would take it, its fork decides: <see cref="TransactionRules"/>.
/// </summary>
public static class TransactionDecoder
{
    /// <param name="encoded">At most <paramref name="limits"/> long.</param>
    /// <param name="limits">Null for <see cref="RlpLimits.Default"/>.</param>
    public static TransactionDecoding Decode(ReadOnlySpan<byte> encoded, RlpLimits? limits = null)
    {
        const byte FirstListPrefix = 0xc0;
        if (encoded.IsEmpty)
        {
            return new TransactionDecoding.Refused(TransactionFault.NotRlp, "there are no bytes");
        }

        var type = encoded[0] >= FirstListPrefix ? 0 : encoded[0];
        if (type > 4 || (type == 0 && encoded[0] == 0))
        {
            return new TransactionDecoding.Refused(TransactionFault.UnknownType, $"the first byte is 0x{encoded[0]:x2}, no known type");
        }

        if (RlpCodec.Decode(type == 0 ? encoded : encoded[1..], limits) is not RlpDecoding.Decoded decoded)
        {
            return new TransactionDecoding.Refused(TransactionFault.NotRlp, "not canonical recursive length prefix encoding");
        }

        try
        {
            var fields = new RlpFields(decoded.Item, "the transaction");
            return new TransactionDecoding.Decoded(type switch
            {
                0 => Legacy(fields),
                1 => WithAccessList(fields),
                2 => DynamicFee(fields),
                3 => Blob(fields),
                _ => SetCode(fields),
            });
        }
        catch (RlpFieldException refused)
        {
            return new TransactionDecoding.Refused(refused.Fault, refused.Message);
        }
    }

    private static SignedTransaction Legacy(RlpFields fields)
    {
        fields.Expect(9);
        var (nonce, price, gas) = (fields.UInt64("the nonce"), fields.Amount("the gas price"), fields.UInt64("the gas limit"));
        var (to, value, data) = (fields.Recipient(), fields.Amount("the value"), fields.Bytes("the data"));
        var v = fields.UInt256("v");
        ChainId? chain = null;
        if (v >= 35)
        {
            var id = (v - 35) / 2;
            chain = id <= ulong.MaxValue
                ? new ChainId((ulong)id)
                : throw new RlpFieldException(TransactionFault.WrongSignature, "the chain id in v is above 2^64 − 1");
        }
        else if (v != 27 && v != 28)
        {
            throw new RlpFieldException(TransactionFault.WrongSignature, $"v is {v}: neither 27, nor 28, nor 35 or more");
        }

        var parity = chain is null ? v == 28 : v.IsEven;
        return new SignedTransaction(
            new Transaction.Legacy
            {
                Nonce = nonce, GasPrice = price, GasLimit = new Gas(gas), To = to, Value = value, Data = data, Chain = chain,
            },
            new EcdsaSignature(fields.UInt256("r"), fields.UInt256("s"), parity));
    }

    private static SignedTransaction WithAccessList(RlpFields fields)
    {
        fields.Expect(11);
        return new SignedTransaction(
            new Transaction.WithAccessList
            {
                Chain = Chain(fields), Nonce = fields.UInt64("the nonce"), GasPrice = fields.Amount("the gas price"),
                GasLimit = new Gas(fields.UInt64("the gas limit")), To = fields.Recipient(), Value = fields.Amount("the value"),
                Data = fields.Bytes("the data"), AccessList = AccessList(fields),
            },
            Signature(fields));
    }

    private static SignedTransaction DynamicFee(RlpFields fields)
    {
        fields.Expect(12);
        return new SignedTransaction(
            new Transaction.DynamicFee
            {
                Chain = Chain(fields), Nonce = fields.UInt64("the nonce"), MaxPriorityFeePerGas = fields.Amount("the priority fee"),
                MaxFeePerGas = fields.Amount("the fee limit"), GasLimit = new Gas(fields.UInt64("the gas limit")), To = fields.Recipient(),
                Value = fields.Amount("the value"), Data = fields.Bytes("the data"), AccessList = AccessList(fields),
            },
            Signature(fields));
    }

    private static SignedTransaction Blob(RlpFields fields)
    {
        fields.Expect(14);
        return new SignedTransaction(
            new Transaction.Blob
            {
                Chain = Chain(fields), Nonce = fields.UInt64("the nonce"), MaxPriorityFeePerGas = fields.Amount("the priority fee"),
                MaxFeePerGas = fields.Amount("the fee limit"), GasLimit = new Gas(fields.UInt64("the gas limit")),
                To = fields.Address("the recipient"), Value = fields.Amount("the value"), Data = fields.Bytes("the data"),
                AccessList = AccessList(fields), MaxFeePerBlobGas = fields.Amount("the limit of the blob fee"),
                BlobHashes = fields.List("the blobs", inner => inner.Hash("a blob's hash")),
            },
            Signature(fields));
    }

    private static SignedTransaction SetCode(RlpFields fields)
    {
        fields.Expect(13);
        return new SignedTransaction(
            new Transaction.SetCode
            {
                Chain = Chain(fields), Nonce = fields.UInt64("the nonce"), MaxPriorityFeePerGas = fields.Amount("the priority fee"),
                MaxFeePerGas = fields.Amount("the fee limit"), GasLimit = new Gas(fields.UInt64("the gas limit")),
                To = fields.Address("the recipient"), Value = fields.Amount("the value"), Data = fields.Bytes("the data"),
                AccessList = AccessList(fields), Authorizations = fields.List("the authorizations", Authorization),
            },
            Signature(fields));
    }

    private static ChainId Chain(RlpFields fields) => new(fields.UInt64("the chain id"));

    private static EcdsaSignature Signature(RlpFields fields)
    {
        var parity = fields.UInt64("the parity of y");
        return parity <= 1
            ? new EcdsaSignature(fields.UInt256("r"), fields.UInt256("s"), parity == 1)
            : throw new RlpFieldException(TransactionFault.WrongSignature, $"the parity of y is {parity}, neither 0 nor 1");
    }

    private static ImmutableArray<AccessListEntry> AccessList(RlpFields fields) => fields.List("the access list", entries =>
    {
        var entry = entries.Fields("an entry of the access list");
        entry.Expect(2);
        return new AccessListEntry(entry.Address("an address"), entry.List("the storage keys", keys => keys.Hash("a storage key")));
    });

    private static CodeAuthorization Authorization(RlpFields authorizations)
    {
        var entry = authorizations.Fields("an authorization");
        entry.Expect(6);
        var (chain, code, nonce) = (entry.UInt256("its chain"), entry.Address("its code"), entry.UInt64("its nonce"));
        var parity = entry.UInt64("its parity of y");
        return parity <= byte.MaxValue
            ? new CodeAuthorization(chain, code, nonce, (byte)parity, entry.UInt256("its r"), entry.UInt256("its s"))
            : throw new RlpFieldException(TransactionFault.WrongField, "the parity of y of an authorization is above 255");
    }
}
