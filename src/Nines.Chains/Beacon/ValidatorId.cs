using System.Globalization;

namespace Nines.Chains.Beacon;

/// <summary>How a validator is named: by its index, or by its public key, which it has before it has an index.</summary>
public readonly record struct ValidatorId
{
    private ValidatorId(ulong index, PublicKey? key) => (Index, Key) = (index, key);

    /// <summary>Of no meaning where there is a <see cref="Key"/>.</summary>
    public ulong Index { get; }

    /// <summary>Null for one that is named by its index.</summary>
    public PublicKey? Key { get; }

    public static ValidatorId Of(ulong index) => new(index, null);

    public static ValidatorId Of(PublicKey key) => new(0, key);

    /// <summary>Reads a decimal index, or "0x" and 96 hexadecimal digits.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, out ValidatorId id)
    {
        if (PublicKey.TryParse(text, out var key))
        {
            id = Of(key);
            return true;
        }

        var isIndex = ulong.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var index);
        id = isIndex ? Of(index) : default;
        return isIndex;
    }

    /// <summary>As the beacon API takes it.</summary>
    public override string ToString() => Key is { } key ? key.ToString() : Index.ToString(CultureInfo.InvariantCulture);
}
