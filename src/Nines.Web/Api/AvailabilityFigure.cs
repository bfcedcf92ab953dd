using Nines.Ledger.Availability;
using Nines.Ledger.Policies;

namespace Nines.Web.Api;

/// <summary>Availability over a stretch of time, under a policy.</summary>
/// <param name="Availability">Null when nothing of the time is known: neither 0 % nor 100 %.</param>
/// <param name="Coverage">The seen share of the time, 0 to 1.</param>
public sealed record AvailabilityFigure(Share? Availability, decimal Coverage, Policy Policy);
