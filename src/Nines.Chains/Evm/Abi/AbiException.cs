namespace Nines.Chains.Evm.Abi;

/// <summary>
/// A type, a signature or a value of ours breaks the rules of the contract ABI. What a contract answers never throws: see
/// <see cref="AbiDecoding"/>.
/// </summary>
public sealed class AbiException : FormatException
{
    public AbiException(string message)
        : base(message)
    {
    }
}
