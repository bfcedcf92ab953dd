using System.Collections.Immutable;
using System.ComponentModel;
using Nines.Core;
using Nines.Core.Components;
using Nines.Core.Time;
using Nines.Pricing.Losses;
using Nines.Pricing.Money;
using NodaTime;

namespace Nines.Pricing.Liabilities;

/// <summary>What is owed beside contracts' credits.</summary>
public enum LiabilityClass
{
    /// <summary>What customers claim.</summary>
    Claims,
    /// <summary>What authorities or contracts fine.</summary>
    Penalties,
}

/// <summary>What an outage of a component makes owed: so much each, by the minute, by customer. What is given adds up.</summary>
public sealed record LiabilityOptions
{
    [Description("Unique, also among losses.")]
    public required string Name { get; init; }

    [Description("Whose outages they are.")]
    public required ComponentId Component { get; init; }

    [Description("Whether customers claim it, or it is a penalty. Default: claims.")]
    public LiabilityClass Class { get; init; }

    [Description("Only outages that last longer count, and minutes from then on. Default: 0s, all.")]
    [DurationRange("0s", "30d")]
    public Duration LongerThan { get; init; }

    [Description("For each such outage, once.")]
    public AmountRange? PerOutage { get; init; }

    [Description("For each minute beyond longer_than.")]
    public AmountRange? PerMinute { get; init; }

    [Description("For each customer that is affected, once an outage; needs customers.")]
    public AmountRange? PerCustomer { get; init; }

    [Description("How many customers an outage affects; for per_customer.")]
    public CountRange? Customers { get; init; }

    [Description("What else such an outage makes due, in words: whom to report it to, and by when.")]
    public string? Duty { get; init; }

    internal IEnumerable<AmountRange> Ranges => new[] { PerOutage, PerMinute, PerCustomer }.OfType<AmountRange>();

    internal Currency? Currency => Ranges.FirstOrDefault()?.Likely.Currency;

    internal IEnumerable<(object Record, PlanMistake Mistake)> Mistakes()
    {
        if (!Ranges.Any() && Duty is null) yield return (this, new PlanMistake("", "This liability owes nothing. Give it per_outage, per_minute, per_customer, or a duty."));
        if (Ranges.SelectMany(range => range.All).Select(amount => amount.Currency).Distinct().Count() > 1) yield return (this, new PlanMistake("", "Its amounts are in several currencies. Write them in one, or make several liabilities of it: they add up."));
        if (PerCustomer is null != Customers is null) yield return (this, PerCustomer is null ? new PlanMistake("customers", "is given without per_customer: nothing counts them.") : new PlanMistake("per_customer", "is given without customers: how many does an outage affect?"));
        foreach (var range in Ranges)
            if (!range.InOrder)
                yield return (range, new PlanMistake("", "Amounts must rise from low to likely to high, from 0 on."));
        if (Customers is { InOrder: false } customers)
            yield return (customers, new PlanMistake("", "Counts must rise from low to likely to high, from 0 on."));
    }
}

/// <summary>An amount that is known within limits.</summary>
public sealed record AmountRange
{
    [Description("At least. Default: likely.")]
    public Amount? Low { get; init; }

    [Description("Most likely, such as 500 USD.")]
    public required Amount Likely { get; init; }

    [Description("At most. Default: likely.")]
    public Amount? High { get; init; }

    internal IEnumerable<Amount> All => new[] { Low, Likely, High }.OfType<Amount>();
    internal bool InOrder => (Low ?? Likely).Value is >= 0 and var low && low <= Likely.Value && Likely.Value <= (High ?? Likely).Value;
    internal Estimate Estimate => new((Low ?? Likely).Value, Likely.Value, (High ?? Likely).Value);
}

/// <summary>A number that is known within limits.</summary>
public sealed record CountRange
{
    [Description("At least. Default: likely.")]
    public decimal? Low { get; init; }

    [Description("Most likely.")]
    public required decimal Likely { get; init; }

    [Description("At most. Default: likely.")]
    public decimal? High { get; init; }

    internal bool InOrder => (Low ?? Likely) is >= 0 and var low && low <= Likely && Likely <= (High ?? Likely);
    internal Estimate Estimate => new(Low ?? Likely, Likely, High ?? Likely);
}
