using System.Buffers;

namespace Nines.Chains.Evm;

/// <summary>Hexadecimal text with the prefix "0x", two digits a byte: "unformatted data" in the Ethereum JSON-RPC specification.</summary>
public static class Hex
{
    private const int ShownChars = 80;

    /// <summary>"0x" and two lower-case digits a byte.</summary>
    public static string Write(ReadOnlySpan<byte> bytes) => "0x" + Convert.ToHexStringLower(bytes);

    /// <summary>Reads "0x" and an even number of digits of either case; "0x" alone is no bytes.</summary>
    public static bool TryRead(ReadOnlySpan<char> text, out byte[] bytes)
    {
        if (!HasPrefix(text) || text.Length % 2 != 0)
        {
            bytes = [];
            return false;
        }

        var read = new byte[(text.Length - 2) / 2];
        if (!TryReadExactly(text, read))
        {
            bytes = [];
            return false;
        }

        bytes = read;
        return true;
    }

    /// <summary>Reads "0x" and exactly as many bytes as <paramref name="destination"/> holds.</summary>
    public static bool TryReadExactly(ReadOnlySpan<char> text, Span<byte> destination) =>
        HasPrefix(text)
        && text.Length == 2 + (2 * destination.Length)
        && Convert.FromHexString(text[2..], destination, out _, out _) == OperationStatus.Done;

    internal static bool HasPrefix(ReadOnlySpan<char> text) => text.StartsWith("0x", StringComparison.Ordinal);

    /// <summary>The beginning of a text that may be long and hostile, fit for an error message.</summary>
    internal static string Shown(ReadOnlySpan<char> text) =>
        text.Length <= ShownChars ? text.ToString() : $"{text[..ShownChars]}… ({text.Length} characters)";
}
