namespace Nines.Ledger.Availability;

/// <summary>Availability over known time: low from possibly, high from surely (TRUTH 14).</summary>
/// <value>Each 0 to 1, low ≤ likely ≤ high. 1 only when nothing at all was lost.</value>
public readonly record struct Share(decimal Low, decimal Likely, decimal High)
{
    /// <summary>1 − Σᵣ wᵣ ∫ weight(stateᵣ) / Σᵣ wᵣ knownᵣ over the given tallies (of regions) and their weights.</summary>
    /// <returns>Null when nothing is known: neither 0 % nor 100 %.</returns>
    public static Share? Of(IEnumerable<(Tally Tally, decimal Weight)> regions)
    {
        decimal counted = 0, surely = 0, likely = 0, possibly = 0;
        foreach (var (tally, weight) in regions)
        {
            counted += weight * tally.Counted.BclCompatibleTicks;
            surely += weight * tally.LostSurely;
            likely += weight * tally.LostLikely;
            possibly += weight * tally.LostPossibly;
        }
        return counted == 0 ? null : new Share(Kept(possibly, counted), Kept(likely, counted), Kept(surely, counted));
    }

    public static Share? Of(Tally tally) => Of([(tally, 1m)]);

    // (counted − lost) / counted, not 1 − lost / counted: the quotient of a loss too small for the last digit would be 0, and the share 1.
    private static decimal Kept(decimal lost, decimal counted)
    {
        var kept = Math.Clamp((counted - lost) / counted, 0m, 1m);
        return kept == 1m && lost > 0 ? 1m - 1e-28m : kept;
    }
}
