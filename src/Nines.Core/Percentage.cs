using System.ComponentModel;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace Nines.Core;

/// <summary>A share written in per cent. Without its sign nobody could tell 0.5 from 50: so it is part of it.</summary>
/// <param name="Share">The share itself: 0.999 for 99.9 %.</param>
[Description("Write it with its sign, for example 99.9%.")]
public readonly record struct Percentage(decimal Share) : IComparable<Percentage>
{
    private const int MostCharacters = 24;

    /// <summary>Reads <c>99.9%</c> and <c>99.9 %</c>: digits, a point, the sign; nothing below 0.</summary>
    public static bool TryParse([NotNullWhen(true)] string? text, out Percentage percent)
    {
        percent = default;
        if (text is not { Length: > 1 and <= MostCharacters } || text[^1] != '%') return false;
        if (!decimal.TryParse(text.AsSpan(0, text.Length - 1).TrimEnd(' '), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number)) return false;
        percent = new Percentage(number / 100);
        return true;
    }

    public int CompareTo(Percentage other) => Share.CompareTo(other.Share);

    public static bool operator <(Percentage left, Percentage right) => left.Share < right.Share;
    public static bool operator >(Percentage left, Percentage right) => left.Share > right.Share;
    public static bool operator <=(Percentage left, Percentage right) => left.Share <= right.Share;
    public static bool operator >=(Percentage left, Percentage right) => left.Share >= right.Share;

    /// <summary>As it is read: <c>99.9%</c>, all digits, without trailing zeros.</summary>
    public override string ToString() => (Share * 100).ToString("0.############################", CultureInfo.InvariantCulture) + "%";
}
