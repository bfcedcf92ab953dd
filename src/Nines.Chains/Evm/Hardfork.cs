namespace Nines.Chains.Evm;

/// <summary>The rules that a chain is at, in the order in which Ethereum took them; those that changed nothing for Nines are left out.</summary>
public enum Hardfork
{
    Frontier,
    Homestead,

    /// <summary>EIP-150.</summary>
    TangerineWhistle,

    /// <summary>EIP-158 and EIP-155.</summary>
    SpuriousDragon,
    Byzantium,
    Constantinople,
    Istanbul,
    Berlin,
    London,
    Paris,
    Shanghai,
    Cancun,
    Prague,
}
