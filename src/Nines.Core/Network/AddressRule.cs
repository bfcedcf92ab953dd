using System.Collections.Immutable;

namespace Nines.Core.Network;

/// <summary>The addresses that share their first bits.</summary>
public sealed class AddressBlock
{
    private readonly ImmutableArray<byte> first;

    /// <param name="first">4 or 16 octets; what stands after the prefix does not count.</param>
    /// <param name="prefix">How many bits are shared: 0 to 32, or to 128.</param>
    /// <exception cref="ArgumentException">Other octets or bits.</exception>
    public AddressBlock(ReadOnlySpan<byte> first, int prefix)
    {
        if (first.Length is not (4 or 16)) throw new ArgumentException($"An address has 4 or 16 octets, not {first.Length}.", nameof(first));
        if (prefix < 0 || prefix > first.Length * 8) throw new ArgumentException($"A prefix of {prefix} bits is not between 0 and {first.Length * 8}.", nameof(prefix));
        (this.first, Prefix) = ([.. first], prefix);
    }

    public int Prefix { get; }

    /// <summary>False too when it is of the other family.</summary>
    public bool Contains(ReadOnlySpan<byte> address)
    {
        if (address.Length != first.Length) return false;
        var (whole, rest) = (Prefix / 8, Prefix % 8);
        return address[..whole].SequenceEqual(first.AsSpan()[..whole])
            && (rest == 0 || address[whole] >> (8 - rest) == first[whole] >> (8 - rest));
    }
}

/// <summary>
/// Which addresses may be connected to on behalf of somebody who is not trusted (SSRF). It judges the address that a connection is made
/// to, never a name: a name can lead elsewhere a moment later.
/// </summary>
/// <param name="Allowed">Kinds that are allowed.</param>
/// <param name="Blocks">Blocks that are allowed beside them, whatever their kind, as one who runs a lab says.</param>
public sealed record AddressRule(ImmutableArray<AddressKind> Allowed, ImmutableArray<AddressBlock> Blocks)
{
    /// <summary>Hosts on the internet and nothing else.</summary>
    public static readonly AddressRule PublicOnly = new([AddressKind.Public], []);

    /// <param name="address">4 or 16 octets, as in <see cref="AddressKinds.Of"/>.</param>
    public bool Allows(ReadOnlySpan<byte> address)
    {
        foreach (var block in Blocks)
            if (block.Contains(address)) return true;
        return Allowed.Contains(AddressKinds.Of(address));
    }
}
