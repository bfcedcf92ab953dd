using System.Numerics;

namespace Nines.Chains.Evm.Transactions;

/// <summary>
/// Whether a chain at a fork could take a transaction at all, whatever the balances: what its own bytes decide. What is refused here is
/// refused by every node.
/// </summary>
/// <remarks>
/// Sources: yellow paper, section 6; EIP-2 (low s, price of creation), EIP-155, EIP-2028, EIP-2681, EIP-2930, EIP-1559, EIP-3860,
/// EIP-4844, EIP-7623, EIP-7702.
/// </remarks>
public static class TransactionRules
{
    private const int WordBytes = 32;

    /// <value>Bytes.</value>
    private const int MaxInitCode = 49_152;

    /// <summary>Why a chain at <paramref name="fork"/> refuses the transaction; null when its bytes give no reason.</summary>
    /// <param name="chain">The chain's id; null when it does not matter.</param>
    public static TransactionRefusal? Check(SignedTransaction transaction, Hardfork fork, ChainId? chain)
    {
        var body = transaction.Body;
        if (fork < FirstFork(body))
        {
            return TransactionRefusal.TypeNotYetKnown;
        }

        if (body.SignedFor is { } id && (id != (chain ?? id) || (body is Transaction.Legacy && fork < Hardfork.SpuriousDragon)))
        {
            return TransactionRefusal.WrongChain;
        }

        if ((fork >= Hardfork.Homestead && !transaction.Signature.HasLowS) || transaction.Sender() is null)
        {
            return TransactionRefusal.InvalidSignature;
        }

        return CheckAmounts(body, fork);
    }

    /// <summary>What a transaction costs before the first instruction runs; its gas limit may not be below.</summary>
    /// <returns>Units of gas; for Prague the floor of EIP-7623 when that is more.</returns>
    public static BigInteger IntrinsicGas(Transaction transaction, Hardfork fork)
    {
        var data = transaction.Data.Span;
        var zeros = data.Count((byte)0);
        BigInteger gas = 21_000;
        gas += (4 * (long)zeros) + ((fork >= Hardfork.Istanbul ? 16 : 68) * (long)(data.Length - zeros));
        if (transaction.To is null && fork >= Hardfork.Homestead)
        {
            gas += 32_000;
            gas += fork >= Hardfork.Shanghai ? 2 * ((data.Length + WordBytes - 1) / WordBytes) : 0;
        }

        foreach (var entry in transaction.Access)
        {
            gas += 2_400 + (1_900L * entry.StorageKeys.Length);
        }

        if (transaction is Transaction.SetCode setCode)
        {
            gas += 25_000L * setCode.Authorizations.Length;
        }

        var floor = 21_000 + (10 * (zeros + (4L * (data.Length - zeros))));
        return fork >= Hardfork.Prague ? BigInteger.Max(gas, floor) : gas;
    }

    private static TransactionRefusal? CheckAmounts(Transaction body, Hardfork fork)
    {
        if (body.Nonce == ulong.MaxValue)
        {
            return TransactionRefusal.NonceTooHigh;
        }

        if (fork >= Hardfork.Shanghai && body.To is null && body.Data.Length > MaxInitCode)
        {
            return TransactionRefusal.InitCodeTooLong;
        }

        if (body.GasLimit.Units < IntrinsicGas(body, fork))
        {
            return TransactionRefusal.GasTooLow;
        }

        if (PriorityFee(body) is { } tip && tip > body.FeeLimitPerGas)
        {
            return TransactionRefusal.PriorityAboveFeeLimit;
        }

        if (body is Transaction.Blob { BlobHashes.IsEmpty: true } or Transaction.SetCode { Authorizations.IsEmpty: true })
        {
            return TransactionRefusal.NothingCarried;
        }

        return body.GasLimit.Units * body.FeeLimitPerGas.Value > Quantity.MaxUInt256 ? TransactionRefusal.CostOverflows : null;
    }

    private static Hardfork FirstFork(Transaction body) => body.Type switch
    {
        0 => Hardfork.Frontier,
        1 => Hardfork.Berlin,
        2 => Hardfork.London,
        3 => Hardfork.Cancun,
        _ => Hardfork.Prague,
    };

    private static Wei? PriorityFee(Transaction body) => body switch
    {
        Transaction.DynamicFee t => t.MaxPriorityFeePerGas,
        Transaction.Blob t => t.MaxPriorityFeePerGas,
        Transaction.SetCode t => t.MaxPriorityFeePerGas,
        _ => null,
    };
}

/// <summary>Why every node of a chain refuses a transaction.</summary>
public enum TransactionRefusal
{
    /// <summary>The fork that brought the type has not come yet.</summary>
    TypeNotYetKnown,

    /// <summary>Signed for another chain, or with a chain before EIP-155.</summary>
    WrongChain,

    /// <summary>Nobody can have signed it, or s is in the upper half.</summary>
    InvalidSignature,

    /// <summary>2^64 − 1: EIP-2681.</summary>
    NonceTooHigh,

    /// <summary>EIP-3860.</summary>
    InitCodeTooLong,

    /// <summary>The gas limit is below what the transaction costs before it runs.</summary>
    GasTooLow,

    PriorityAboveFeeLimit,

    /// <summary>A blob transaction without blobs, or a transaction of type 4 without authorizations.</summary>
    NothingCarried,

    /// <summary>Gas limit × fee limit is above 2^256 − 1.</summary>
    CostOverflows,
}
