using System.ComponentModel;
using System.Globalization;

namespace Nines.Pricing.Money;

/// <summary>So much of one currency. Exact: decimals are never rounded before they are printed.</summary>
[Description("Write a number and its currency: 12000 USD, or 12,000.50 EUR.")]
public readonly record struct Amount(decimal Value, Currency Currency)
{
    private const NumberStyles Form = NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint | NumberStyles.AllowThousands;

    /// <summary>Beyond it sums over years could overflow.</summary>
    internal const decimal Greatest = 1_000_000_000_000_000m;

    public static bool TryParse(string? text, out Amount amount)
    {
        amount = default;
        if (text?.Split(' ', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries) is not [var number, var code]) return false;
        if (!decimal.TryParse(number, Form, CultureInfo.InvariantCulture, out var value) || Math.Abs(value) > Greatest || !Currency.TryParse(code, out var currency)) return false;
        amount = new Amount(value, currency);
        return true;
    }

    public override string ToString() => $"{MoneyText.Of(Value, Currency)}";
}

/// <summary>How amounts become words.</summary>
public static class MoneyText
{
    /// <summary><c>12,345.67 USD</c>. An amount that is not zero is never printed as zero.</summary>
    public static string Of(decimal value, Currency currency) => $"{Number(value, currency.Decimals)} {currency}";

    /// <summary><c>4,200.00 USD (3,900.00 – 4,600.00)</c>; only the likely one where all three are the same.</summary>
    public static string Of(Estimate estimate, Currency currency) => Of(estimate.Low, estimate.Likely, estimate.High, currency);

    /// <summary>The same of a difference, which may be below nothing.</summary>
    public static string Of(decimal low, decimal likely, decimal high, Currency currency) =>
        low == high ? Of(likely, currency) : $"{Of(likely, currency)} ({Number(low, currency.Decimals)} – {Number(high, currency.Decimals)})";

    private static string Number(decimal value, int decimals)
    {
        var rounded = Math.Round(value, decimals, MidpointRounding.ToEven);
        if (rounded == 0 && value != 0) return value > 0 ? $"< {Smallest(decimals)}" : $"> -{Smallest(decimals)}";
        return rounded.ToString($"N{decimals}", CultureInfo.InvariantCulture);
    }

    private static string Smallest(int decimals) => (1m / (decimal)Math.Pow(10, decimals)).ToString($"F{decimals}", CultureInfo.InvariantCulture);
}
