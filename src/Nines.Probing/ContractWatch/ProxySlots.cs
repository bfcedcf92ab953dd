using System.Numerics;
using System.Text;
using Nines.Chains.Evm;

namespace Nines.Probing.ContractWatch;

/// <summary>Where proxies keep what they forward to.</summary>
/// <remarks>Sources: EIP-1967 (keccak-256 of a name, less one), EIP-1822 (keccak-256 of PROXIABLE), EIP-1167 (code of minimal proxies), and
/// ZeppelinOS, whose slot older proxies of large contracts still use.</remarks>
internal static class ProxySlots
{
    public static readonly Hash32 Implementation = OneLess("eip1967.proxy.implementation");
    public static readonly Hash32 Admin = OneLess("eip1967.proxy.admin");
    public static readonly Hash32 Beacon = OneLess("eip1967.proxy.beacon");
    public static readonly Hash32 Proxiable = Of("PROXIABLE");
    public static readonly Hash32 ZeppelinOs = Of("org.zeppelinos.proxy.implementation");

    private const string MinimalBefore = "363d3d373d3d3d363d73", MinimalAfter = "5af43d82803e903d91602b57fd5bf3";

    /// <returns>The address in a word; null for a word that holds none.</returns>
    public static Address? AddressIn(Hash32 word)
    {
        var bytes = word.ToArray();
        return word.IsZero || bytes.AsSpan(0, Hash32.Size - Address.Size).ContainsAnyExcept((byte)0) ? null : new Address(bytes.AsSpan(Hash32.Size - Address.Size));
    }

    /// <returns>What a minimal proxy forwards to; null for other code.</returns>
    public static Address? MinimalTarget(HexBytes code)
    {
        var (before, after) = (MinimalBefore.Length / 2, MinimalAfter.Length / 2);
        if (code.Length != before + Address.Size + after) return null;
        var hex = Convert.ToHexStringLower(code.Span);
        return hex.StartsWith(MinimalBefore, StringComparison.Ordinal) && hex.EndsWith(MinimalAfter, StringComparison.Ordinal) ? new Address(code.Span.Slice(before, Address.Size)) : null;
    }

    private static Hash32 Of(string name) => Keccak256.Hash(Encoding.UTF8.GetBytes(name));

    private static Hash32 OneLess(string name)
    {
        var number = new BigInteger(Of(name).ToArray(), isUnsigned: true, isBigEndian: true) - 1;
        var word = new byte[Hash32.Size];
        var bytes = number.ToByteArray(isUnsigned: true, isBigEndian: true);
        bytes.CopyTo(word, Hash32.Size - bytes.Length);
        return new Hash32(word);
    }
}
