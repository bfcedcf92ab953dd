using System.Globalization;
using NodaTime;

namespace Nines.Pricing.Contracts;

/// <summary>A calendar month or quarter in a contract's zone.</summary>
/// <param name="Name"><c>2026-10</c> or <c>2026-Q4</c>.</param>
/// <param name="To">First instant after it.</param>
/// <param name="LastDay">In the contract's zone.</param>
public sealed record BillingPeriod(string Name, Instant From, Instant To, LocalDate LastDay)
{
    /// <summary>The period of a contract that an instant lies in.</summary>
    public static BillingPeriod At(ContractOptions contract, Instant instant)
    {
        var day = instant.InZone(ZoneOf(contract)).Date;
        return Beginning(contract, contract.Period switch
        {
            SettledPer.Month => new LocalDate(day.Year, day.Month, 1),
            SettledPer.Quarter => new LocalDate(day.Year, (day.Month - 1) / 3 * 3 + 1, 1),
        });
    }

    /// <exception cref="PricingException">NIN4281: the text names no period of this contract.</exception>
    public static BillingPeriod Parse(ContractOptions contract, string text) => Find(contract, text) ?? throw new PricingException("NIN4281", contract.Period switch
    {
        SettledPer.Month => $"--period: '{text}' is not a month, and contract {contract.Name} is settled by month. Write it as 2026-10.",
        SettledPer.Quarter => $"--period: '{text}' is not a quarter, and contract {contract.Name} is settled by quarter. Write it as 2026-Q4.",
    });

    /// <returns>Null when the text names no period of this contract.</returns>
    public static BillingPeriod? Find(ContractOptions contract, string text)
    {
        if (text.Length == 7 && text[4] == '-' && int.TryParse(text.AsSpan(0, 4), NumberStyles.None, CultureInfo.InvariantCulture, out var year) && year is >= 1970 and <= 9998)
        {
            if (contract.Period == SettledPer.Month && int.TryParse(text.AsSpan(5), NumberStyles.None, CultureInfo.InvariantCulture, out var month) && month is >= 1 and <= 12)
                return Beginning(contract, new LocalDate(year, month, 1));
            if (contract.Period == SettledPer.Quarter && text[5] == 'Q' && text[6] is >= '1' and <= '4')
                return Beginning(contract, new LocalDate(year, (text[6] - '1') * 3 + 1, 1));
        }
        return null;
    }

    public BillingPeriod Before(ContractOptions contract) => At(contract, From - Duration.Epsilon);

    private static BillingPeriod Beginning(ContractOptions contract, LocalDate first)
    {
        var zone = ZoneOf(contract);
        var next = first.PlusMonths(contract.Period == SettledPer.Month ? 1 : 3);
        var name = contract.Period == SettledPer.Month
            ? string.Create(CultureInfo.InvariantCulture, $"{first.Year:0000}-{first.Month:00}")
            : string.Create(CultureInfo.InvariantCulture, $"{first.Year:0000}-Q{(first.Month - 1) / 3 + 1}");
        return new BillingPeriod(name, first.AtStartOfDayInZone(zone).ToInstant(), next.AtStartOfDayInZone(zone).ToInstant(), next.PlusDays(-1));
    }

    private static DateTimeZone ZoneOf(ContractOptions contract) => DateTimeZoneProviders.Tzdb[contract.Zone];
}
