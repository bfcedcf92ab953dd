using System.Globalization;

namespace Nines.Chains.Evm;

/// <summary>Which chain a signature or an answer is for: 1 is Ethereum mainnet. Source: EIP-155; 64 bits suffice by EIP-2294.</summary>
public readonly record struct ChainId(ulong Value)
{
    public override string ToString() => Value.ToString(CultureInfo.InvariantCulture);
}
