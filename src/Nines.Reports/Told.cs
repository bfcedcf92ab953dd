using Nines.Ledger;
using Nines.Ledger.Availability;
using Nines.Ledger.Documents;
using Nines.Ledger.Policies;
using Nines.Ledger.Text;
using Nines.Pricing.Money;
using NodaTime;

namespace Nines.Reports;

/// <summary>A figure with its bounds, and as people are told it: what every form of a report prints. The unit is in the name of the member that holds it.</summary>
public sealed record Told(decimal Low, decimal Likely, decimal High, string Text)
{
    private const int Decimals = 12;

    /// <summary>A share of time, cut off after twelve decimals; the text as the policy prints shares.</summary>
    public static Told? Of(Share? share, Policy policy) => share is not { } known ? null : new Told(
        PercentText.Floor(known.Low, Decimals), PercentText.Floor(known.Likely, Decimals), PercentText.Floor(known.High, Decimals),
        Ranged(policy.Print(known.Likely), policy.Print(known.Low), policy.Print(known.High)));

    /// <summary>Bounds that print alike are left out: the figures themselves stand beside the text.</summary>
    internal static string Ranged(string likely, string low, string high) => low == high ? likely : $"{likely} ({low} – {high})";

    /// <summary>Money.</summary>
    public static Told Of(Estimate amount, Currency currency) => new(amount.Low, amount.Likely, amount.High, MoneyText.Of(amount, currency));

    /// <summary>Seconds.</summary>
    public static Told Of(Length length) => new(DocumentJson.Seconds(length.Shortest), DocumentJson.Seconds(length.Likely), DocumentJson.Seconds(length.Longest), length.ToString());

    /// <summary>Seconds, of lost time by weight.</summary>
    public static Told OfSeconds(Estimate seconds) => new(seconds.Low, seconds.Likely, seconds.High, new Length(DocumentJson.FromSeconds(seconds.Low), DocumentJson.FromSeconds(seconds.Likely), DocumentJson.FromSeconds(seconds.High)).ToString());
}
