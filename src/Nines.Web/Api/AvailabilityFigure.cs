using Nines.Ledger.Availability;
using Nines.Ledger.Policies;
using NodaTime;

namespace Nines.Web.Api;

/// <summary>Availability over a stretch of time, under a policy.</summary>
/// <param name="Availability">Null when nothing of the time is known: neither 0 % nor 100 %.</param>
/// <param name="Coverage">The seen share of the time, 0 to 1.</param>
/// <param name="Over">The stretch that it is of: what was asked for, or as far back as it was watched when that is less.</param>
public sealed record AvailabilityFigure(Share? Availability, decimal Coverage, Policy Policy, Duration Over)
{
    public static AvailabilityFigure Unknown(Policy policy) => new(null, 0, policy, Duration.Zero);
}
