namespace Nines.Chains.CometBft;

/// <summary>A validator's consensus address: 20 bytes, in hexadecimal as CometBFT writes it or in bech32 (<c>cosmosvalcons1…</c>) as the SDK does.</summary>
/// <remarks>Source: BIP-173.</remarks>
public sealed record ConsensusAddress
{
    private const string Alphabet = "qpzry9x8gf2tvdw0s3jn54khce6mua7l";
    private const int ChecksumLength = 6;
    private const int Bytes = 20;
    private static readonly uint[] Generators = [0x3b6a57b2, 0x26508e6d, 0x1ea119fa, 0x3d4233dd, 0x2a1462b3];

    private ConsensusAddress(string hex, string? bech32) => (Hex, Bech32) = (hex, bech32);

    /// <summary>40 hexadecimal digits, upper case.</summary>
    public string Hex { get; }

    /// <summary>Null when it was given in hexadecimal: the prefix is the chain's own.</summary>
    public string? Bech32 { get; }

    /// <returns>Null for a text that is neither, or whose checksum is wrong.</returns>
    public static ConsensusAddress? Read(string text)
    {
        if (text.Length == 2 * Bytes && text.All(char.IsAsciiHexDigit))
        {
            return new ConsensusAddress(text.ToUpperInvariant(), null);
        }

        var separator = text.LastIndexOf('1');
        if (separator < 1 || text.Length is < 8 or > 90 || text.Any(c => c is < '!' or > '~' || char.IsAsciiLetterUpper(c)))
        {
            return null;
        }

        var values = text[(separator + 1)..].Select(c => Alphabet.IndexOf(c, StringComparison.Ordinal)).ToArray();
        if (values.Length < ChecksumLength || values.Contains(-1) || Checksum(text[..separator], values) != 1)
        {
            return null;
        }

        return ToBytes(values[..^ChecksumLength]) is { Length: Bytes } bytes ? new ConsensusAddress(Convert.ToHexString(bytes), text) : null;
    }

    private static uint Checksum(string prefix, int[] values)
    {
        uint sum = 1;
        foreach (var value in (int[])[.. prefix.Select(c => c >> 5), 0, .. prefix.Select(c => c & 31), .. values])
        {
            var top = sum >> 25;
            sum = ((sum & 0x1ffffff) << 5) ^ (uint)value;
            for (var i = 0; i < Generators.Length; i++)
            {
                sum ^= ((top >> i) & 1) == 1 ? Generators[i] : 0;
            }
        }

        return sum;
    }

    /// <summary>Groups of five bits as bytes; null when what is left over is not zero.</summary>
    private static byte[]? ToBytes(int[] values)
    {
        var bytes = new List<byte>();
        var (bits, held) = (0, 0);
        foreach (var value in values)
        {
            held = ((held << 5) | value) & 0xfff;
            bits += 5;
            if (bits >= 8)
            {
                bits -= 8;
                bytes.Add((byte)((held >> bits) & 0xff));
            }
        }

        return bits < 5 && (held & ((1 << bits) - 1)) == 0 ? [.. bytes] : null;
    }
}
