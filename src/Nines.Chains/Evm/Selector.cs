using System.Buffers.Binary;
using System.Globalization;

namespace Nines.Chains.Evm;

/// <summary>
/// The first four bytes of the Keccak-256 of a canonical signature: names a function in call data and an error in revert data.
/// </summary>
/// <param name="Value">The four bytes, most significant first.</param>
public readonly record struct Selector(uint Value)
{
    /// <value>Bytes.</value>
    public const int Size = 4;

    /// <summary>The first four bytes, or null when there are fewer.</summary>
    public static Selector? Of(ReadOnlySpan<byte> data) =>
        data.Length < Size ? null : new Selector(BinaryPrimitives.ReadUInt32BigEndian(data));

    /// <param name="destination">At least 4 bytes.</param>
    public void CopyTo(Span<byte> destination) => BinaryPrimitives.WriteUInt32BigEndian(destination, Value);

    /// <summary>"0x" and 8 lower-case digits.</summary>
    public override string ToString() => "0x" + Value.ToString("x8", CultureInfo.InvariantCulture);
}
