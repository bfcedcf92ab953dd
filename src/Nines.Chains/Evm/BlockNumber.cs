using System.Globalization;

namespace Nines.Chains.Evm;

/// <summary>The height of a block: the genesis block is 0.</summary>
/// <param name="Value">Blocks since genesis.</param>
public readonly record struct BlockNumber(ulong Value) : IComparable<BlockNumber>
{
    public int CompareTo(BlockNumber other) => Value.CompareTo(other.Value);

    public static bool operator <(BlockNumber left, BlockNumber right) => left.Value < right.Value;

    public static bool operator >(BlockNumber left, BlockNumber right) => left.Value > right.Value;

    public static bool operator <=(BlockNumber left, BlockNumber right) => left.Value <= right.Value;

    public static bool operator >=(BlockNumber left, BlockNumber right) => left.Value >= right.Value;

    /// <summary>How far this block is behind <paramref name="other"/>.</summary>
    /// <returns>Blocks; 0 when it is level or ahead.</returns>
    public ulong BlocksBehind(BlockNumber other) => other.Value > Value ? other.Value - Value : 0;

    public override string ToString() => Value.ToString(CultureInfo.InvariantCulture);
}
