using System.Globalization;
using System.Numerics;

namespace Nines.Chains.Evm;

/// <summary>An amount of a chain's own coin, or a price per unit of gas, in its smallest unit.</summary>
/// <value>Wei: 10^18 are one ether, 10^9 one gwei. In [0, 2^256 − 1].</value>
public readonly record struct Wei : IComparable<Wei>
{
    /// <exception cref="ArgumentOutOfRangeException">Negative or above 2^256 − 1.</exception>
    public Wei(BigInteger value)
    {
        if (value.Sign < 0 || value > Quantity.MaxUInt256)
        {
            throw new ArgumentOutOfRangeException(nameof(value), value, "is not in [0, 2^256 − 1]");
        }

        Value = value;
    }

    public static Wei Zero => default;

    /// <value>Wei, whole.</value>
    public BigInteger Value { get; }

    public int CompareTo(Wei other) => Value.CompareTo(other.Value);

    public static bool operator <(Wei left, Wei right) => left.CompareTo(right) < 0;

    public static bool operator >(Wei left, Wei right) => left.CompareTo(right) > 0;

    public static bool operator <=(Wei left, Wei right) => left.CompareTo(right) <= 0;

    public static bool operator >=(Wei left, Wei right) => left.CompareTo(right) >= 0;

    public override string ToString() => Value.ToString(CultureInfo.InvariantCulture) + " wei";
}
