using Nines.Cli.Config;
using Nines.Ledger;
using Nines.Pricing;
using Nines.Pricing.Plan;

namespace Nines.Cli.Watching;

/// <summary>The pricing of a running watch: opened when an outage is to be priced, and again after a reload, or when what it learnt from is old.</summary>
/// <remarks>Safe for concurrent use.</remarks>
/// <param name="options">The config's, as it is now.</param>
internal sealed class LivePricing(Func<PricingOptions?> options, TimeProvider time, Action<string> say)
{
    /// <summary>Series grow, and outages that a profile leaves out are added.</summary>
    private static readonly TimeSpan GoodFor = TimeSpan.FromHours(1);

    private readonly Lock gate = new();
    private PricingOptions? opened;
    private PricingPlan? plan;
    private long openedAt;

    /// <returns>Null where nothing is priced, or its files cannot be used: that is said once.</returns>
    public PricingPlan? PlanFor(LedgerProjection ledger)
    {
        lock (gate) return Open(ledger);
    }

    private PricingPlan? Open(LedgerProjection ledger)
    {
        if (options() is not { } now) return null;
        if (ReferenceEquals(opened, now) && time.GetElapsedTime(openedAt) < GoodFor) return plan;
        var isNew = !ReferenceEquals(opened, now);
        (opened, openedAt) = (now, time.GetTimestamp());
        try
        {
            return plan = PricingPlan.Open(now, ledger, PricingReader.ReadFile);
        }
        catch (PricingException unusable)
        {
            if (isNew) say($"{unusable.Code}: {unusable.Message} Until then outages are watched without what they cost.");
            return plan = null;
        }
    }
}
