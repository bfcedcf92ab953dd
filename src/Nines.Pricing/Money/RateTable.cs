using System.Collections.Immutable;
using NodaTime;

namespace Nines.Pricing.Money;

/// <summary>What one unit of a currency was worth on a day, in the table's base currency.</summary>
/// <param name="Value">Above 0.</param>
public sealed record Rate(LocalDate Date, Currency Currency, decimal Value);

/// <summary>A rate that was used, for the working.</summary>
/// <param name="Factor">What one unit of <paramref name="From"/> is in <paramref name="To"/>.</param>
/// <param name="Dated">The older of the days that the two rates are of; null where none was needed.</param>
public sealed record Conversion(Currency From, Currency To, decimal Factor, LocalDate? Dated)
{
    public decimal Of(decimal value) => value * Factor;
    public Estimate Of(Estimate estimate) => estimate * Factor;
}

/// <summary>Exchange rates by day. The rate of the day counts; where it has none, that of the nearest day before, if it is not too old.</summary>
public sealed class RateTable
{
    private readonly ImmutableDictionary<Currency, ImmutableArray<Rate>> rates;

    /// <param name="base">What rates are in.</param>
    /// <param name="source">Names the table in workings: a file and its digest, or "the config".</param>
    /// <param name="longestAge">How many days an older rate may stand in.</param>
    /// <exception cref="PricingException">NIN4252: a rate is not above 0, or that of the base is not 1, or a currency has two on one day that differ.</exception>
    public RateTable(Currency @base, IEnumerable<Rate> rates, string source, int longestAge = 7)
    {
        (Base, Source, LongestAge) = (@base, source, longestAge);
        var sorted = rates.GroupBy(rate => rate.Currency).ToImmutableDictionary(group => group.Key, group => group.OrderBy(rate => rate.Date).ToImmutableArray());
        foreach (var (currency, days) in sorted)
        {
            for (var i = 0; i < days.Length; i++)
            {
                if (days[i].Value <= 0) throw new PricingException("NIN4252", $"{source}: the rate of {currency} on {days[i].Date:uuuu-MM-dd} is {days[i].Value}. A rate is above 0: what one {currency} is worth in {@base}.");
                if (currency == @base && days[i].Value != 1) throw new PricingException("NIN4252", $"{source}: the rate of {currency} on {days[i].Date:uuuu-MM-dd} is {days[i].Value}, and rates are in {@base}: one is worth 1. Write rates: base if they are in something else.");
                if (i > 0 && days[i].Date == days[i - 1].Date && days[i].Value != days[i - 1].Value)
                    throw new PricingException("NIN4252", $"{source}: {currency} has two rates on {days[i].Date:uuuu-MM-dd}, {days[i - 1].Value} and {days[i].Value}. Keep one.");
            }
        }
        this.rates = sorted;
    }

    public Currency Base { get; }
    public string Source { get; }
    public int LongestAge { get; }

    /// <exception cref="PricingException">NIN4251: there is no rate for one of them, or none young enough.</exception>
    public Conversion Between(Currency from, Currency to, Instant at)
    {
        if (from == to) return new Conversion(from, to, 1, null);
        var day = at.InUtc().Date;
        var (numerator, denominator) = (At(from, day), At(to, day));
        return new Conversion(from, to, numerator.Value / denominator.Value, LocalDate.Min(numerator.Date, denominator.Date));
    }

    private Rate At(Currency currency, LocalDate day)
    {
        if (currency == Base) return new Rate(day, currency, 1);
        if (!rates.TryGetValue(currency, out var days))
            throw new PricingException("NIN4251", $"{Source}: there is no rate for {currency}. Add lines `{day:uuuu-MM-dd},{currency},RATE` (what one {currency} is worth in {Base}) to the rates under pricing.");
        int low = 0, high = days.Length;
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (days[middle].Date <= day) low = middle + 1;
            else high = middle;
        }
        if (low == 0 || Period.DaysBetween(days[low - 1].Date, day) is var age && age > LongestAge)
            throw new PricingException("NIN4251", $"{Source}: there is no rate for {currency} on {day:uuuu-MM-dd} or in the {LongestAge} days before{(low == 0 ? $"; its first is of {days[0].Date:uuuu-MM-dd}" : $"; the nearest is of {days[low - 1].Date:uuuu-MM-dd}")}. Add one, or allow older ones with rates: max_age_days.");
        return days[low - 1];
    }
}
