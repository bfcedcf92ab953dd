using System.Collections.Frozen;
using System.ComponentModel;
using System.Diagnostics.CodeAnalysis;
using System.Text.RegularExpressions;

namespace Nines.Pricing.Money;

/// <summary>What amounts are counted in: an ISO 4217 code or the symbol of a token, 2 to 12 capital letters and digits.</summary>
[Description("Write its code in capitals: USD, EUR, ETH, USDC.")]
public readonly partial record struct Currency : IComparable<Currency>
{
    private readonly string? code;

    /// <exception cref="FormatException">The text is no code.</exception>
    public Currency(string code) => this.code = Pattern().IsMatch(code) ? code : throw new FormatException($"'{code}' is not a currency: use 2 to 12 capital letters and digits, such as USD or ETH.");

    public static readonly Currency Usd = new("USD"), Eth = new("ETH");

    public string Code => code ?? "";

    /// <summary>Coins of chains whose codes are as long as those of ISO 4217.</summary>
    private static readonly FrozenSet<string> Coins = FrozenSet.ToFrozenSet(["ETH", "BTC", "SOL", "DOT", "KSM", "GNO", "BNB", "TIA", "INJ", "SEI"], StringComparer.Ordinal);

    /// <summary>How many decimals are printed: two for money, six for what is likely a token.</summary>
    public int Decimals => Code.Length == 3 && !Coins.Contains(Code) ? 2 : 6;

    public static bool TryParse([NotNullWhen(true)] string? text, out Currency currency)
    {
        var ok = text is not null && Pattern().IsMatch(text);
        currency = ok ? new Currency(text!) : default;
        return ok;
    }

    public int CompareTo(Currency other) => string.CompareOrdinal(Code, other.Code);
    public override string ToString() => Code;

    [GeneratedRegex(@"\A[A-Z][A-Z0-9]{1,11}\z", RegexOptions.CultureInvariant)]
    private static partial Regex Pattern();
}
