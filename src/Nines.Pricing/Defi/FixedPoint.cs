using System.Globalization;
using System.Numerics;

namespace Nines.Pricing.Defi;

/// <summary>Whole numbers of a fixed tiny unit: products of token amounts, prices and shares in it are exact, whatever the tokens' decimals.</summary>
internal static class FixedPoint
{
    /// <summary>The most decimals of an amount, a price and a share: a value has their sum.</summary>
    public const int AmountDecimals = 30, PriceDecimals = 18, FactorDecimals = 6, Decimals = AmountDecimals + PriceDecimals + FactorDecimals;

    private const int MostDigits = 78, Printed = 12;

    private static readonly BigInteger ToPrinted = BigInteger.Pow(10, Decimals - Printed);
    private static readonly BigInteger MostPrinted = (BigInteger)Money.Amount.Greatest * BigInteger.Pow(10, Printed);

    /// <summary>A number of 0 or more as whole units of 10^-decimals; null when it has more decimals, or is none.</summary>
    public static BigInteger? Parse(string text, int decimals)
    {
        if (text.Length is 0 or > MostDigits + 1) return null;
        var point = text.IndexOf('.', StringComparison.Ordinal);
        var after = point < 0 ? 0 : text.Length - point - 1;
        var digits = point < 0 ? text : text.Remove(point, 1);
        return after <= decimals && digits.Length > 0 && BigInteger.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var value) ? value * BigInteger.Pow(10, decimals - after) : null;
    }

    /// <summary>A share of at most <see cref="FactorDecimals"/> decimals, as whole units.</summary>
    public static BigInteger Factor(decimal share) => (BigInteger)(share * 1_000_000m);

    public static readonly BigInteger WholeFactor = 1_000_000;

    public static BigInteger Of(decimal value)
    {
        // 28 digits at most: scaled in two steps, none of which loses any.
        var whole = decimal.Truncate(value);
        return (BigInteger)whole * BigInteger.Pow(10, Decimals) + (BigInteger)((value - whole) * 1_000_000_000_000_000_000m) * BigInteger.Pow(10, Decimals - 18);
    }

    /// <summary>Rounded down to 12 decimals.</summary>
    /// <exception cref="PricingException">NIN4272: it is more than amounts can be.</exception>
    public static decimal ToDecimal(BigInteger value, string what)
    {
        var printed = value / ToPrinted;
        if (printed > MostPrinted) throw new PricingException("NIN4272", $"{what} is more than {Money.Amount.Greatest:N0}. Mostly a token's decimals are missing: give them under tokens, and amounts in base units are then divided by them.");
        return (decimal)printed / 1_000_000_000_000m;
    }
}
