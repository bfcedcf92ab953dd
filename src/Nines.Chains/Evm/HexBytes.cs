namespace Nines.Chains.Evm;

/// <summary>An immutable string of bytes, equal by content and printed as "0x…": call data, return data, contract code.</summary>
public readonly struct HexBytes : IEquatable<HexBytes>
{
    private readonly byte[]? _bytes;

    private HexBytes(byte[] owned) => _bytes = owned;

    public static HexBytes Empty => default;

    /// <value>Bytes.</value>
    public int Length => _bytes?.Length ?? 0;

    public bool IsEmpty => Length == 0;

    public ReadOnlySpan<byte> Span => _bytes;

    public ReadOnlyMemory<byte> Memory => _bytes;

    public static HexBytes CopyOf(ReadOnlySpan<byte> bytes) => bytes.IsEmpty ? Empty : new HexBytes(bytes.ToArray());

    /// <summary>Reads "0x" and an even number of digits of either case; "0x" alone is the empty string of bytes.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, out HexBytes bytes)
    {
        var isHex = Hex.TryRead(text, out var read);
        bytes = new HexBytes(read);
        return isHex;
    }

    /// <exception cref="FormatException">Not "0x" and an even number of hexadecimal digits.</exception>
    public static HexBytes Parse(ReadOnlySpan<char> text) =>
        TryParse(text, out var bytes)
            ? bytes
            : throw new FormatException($"'{Hex.Shown(text)}' is not 0x and an even number of hexadecimal digits.");

    public bool Equals(HexBytes other) => Span.SequenceEqual(other.Span);

    public override bool Equals(object? obj) => obj is HexBytes other && Equals(other);

    public override int GetHashCode()
    {
        var hash = new HashCode();
        hash.AddBytes(Span);
        return hash.ToHashCode();
    }

    public static bool operator ==(HexBytes left, HexBytes right) => left.Equals(right);

    public static bool operator !=(HexBytes left, HexBytes right) => !left.Equals(right);

    public override string ToString() => Hex.Write(Span);

    /// <summary>Takes the array over without a copy: only for arrays that nobody else can write to.</summary>
    internal static HexBytes Owning(byte[] bytes) => new(bytes);
}
