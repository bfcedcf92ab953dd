using NodaTime;

namespace Nines.Ledger.History.Gatus;

/// <summary>A row of <c>endpoint_events</c>: the first look that saw another state than the one before.</summary>
/// <param name="IsHealthy">Null for START: it was watched from then on.</param>
public sealed record GatusEvent(Instant At, bool? IsHealthy, int Row);

/// <summary>A row of <c>endpoint_results</c>: one look.</summary>
/// <param name="At">When it began.</param>
public sealed record GatusResult(Instant At, bool IsHealthy, Duration Took, string Errors, int Row);

/// <summary>A row of <c>endpoint_uptimes</c>: how many looks of an hour, or of a day once that is over for two days, were healthy.</summary>
public sealed record GatusTotal(Instant From, long Looks, long Healthy, int Row)
{
    public long Failed => Looks - Healthy;
}

/// <summary>An endpoint with what is left of its record, each in order of time.</summary>
/// <param name="Name">group/name, as its config calls it.</param>
public sealed record GatusRecord(string Name, IReadOnlyList<GatusEvent> Events, IReadOnlyList<GatusResult> Results, IReadOnlyList<GatusTotal> Totals);
