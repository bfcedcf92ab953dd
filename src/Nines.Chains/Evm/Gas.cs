using System.Globalization;

namespace Nines.Chains.Evm;

/// <summary>An amount of computation.</summary>
/// <param name="Units">Units of gas.</param>
public readonly record struct Gas(ulong Units) : IComparable<Gas>
{
    public int CompareTo(Gas other) => Units.CompareTo(other.Units);

    public override string ToString() => Units.ToString(CultureInfo.InvariantCulture) + " gas";
}
