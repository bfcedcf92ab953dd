namespace Nines.Chains.Bitcoin;

/// <summary>The hash of a Bitcoin block, as nodes print it: 64 hexadecimal digits, the bytes in reverse.</summary>
public readonly record struct BlockHash
{
    private const int Digits = 64;

    private readonly string? _text;

    private BlockHash(string text) => _text = text;

    /// <returns>False when the text is not 64 hexadecimal digits.</returns>
    public static bool TryParse(string text, out BlockHash hash)
    {
        hash = text.Length == Digits && text.All(char.IsAsciiHexDigit) ? new BlockHash(text.ToLowerInvariant()) : default;
        return hash._text is not null;
    }

    public override string ToString() => _text ?? new string('0', Digits);
}
