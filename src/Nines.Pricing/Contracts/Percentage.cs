using System.ComponentModel;
using System.Globalization;

namespace Nines.Pricing.Contracts;

/// <summary>A share, written with its sign: 99.99% is never taken for 99.99 times, nor 0.9999 for a per cent.</summary>
/// <param name="Share">0 to 1.</param>
[Description("Write it with its sign, from 0% to 100%: 99.99%, not 99.99 and not 0.9999.")]
public readonly record struct Percentage(decimal Share)
{
    public static bool TryParse(string? text, out Percentage percentage)
    {
        percentage = default;
        if (text is null || !text.EndsWith('%')) return false;
        if (!decimal.TryParse(text[..^1].TrimEnd(), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var value) || value is < 0 or > 100) return false;
        percentage = new Percentage(value / 100);
        return true;
    }

    /// <summary>Exact: <c>99.99%</c>.</summary>
    public override string ToString() => (Share * 100).ToString("0.############################", CultureInfo.InvariantCulture) + "%";
}
