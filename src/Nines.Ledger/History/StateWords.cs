using Nines.Core;

namespace Nines.Ledger.History;

/// <summary>The words by which other tools call states and impacts.</summary>
public static class StateWords
{
    /// <returns>Null for a word that is not in the table.</returns>
    public static State? State(string? word) => Plain(word) switch
    {
        "up" or "ok" or "okay" or "operational" or "healthy" or "success" or "successful" or "true" or "1" or "1.0" or "online" or "available" or "green" => Core.State.Up,
        "degraded" or "degraded_performance" or "partial" or "partial_outage" or "warn" or "warning" or "slow" or "yellow" => Core.State.Degraded,
        "effectively_down" => Core.State.EffectivelyDown,
        "down" or "fail" or "failed" or "failure" or "error" or "critical" or "major_outage" or "outage" or "false" or "0" or "0.0" or "offline" or "unavailable" or "red" => Core.State.Down,
        "maintenance" or "under_maintenance" => Core.State.Maintenance,
        "unknown" or "pending" or "paused" or "none" or "nan" or "null" or "n/a" => Core.State.Unknown,
        _ => null,
    };

    /// <inheritdoc cref="State"/>
    public static Impact? Impact(string? word) => Plain(word) switch
    {
        "none" or "info" => History.Impact.None,
        "minor" or "degraded" or "degraded_performance" or "partial" or "partial_outage" or "low" => History.Impact.Minor,
        "major" or "effectively_down" or "medium" => History.Impact.Major,
        "critical" or "down" or "outage" or "major_outage" or "high" => History.Impact.Critical,
        "maintenance" or "under_maintenance" or "scheduled" => History.Impact.Maintenance,
        _ => null,
    };

    private static string Plain(string? word) => (word ?? "").Trim().ToLowerInvariant().Replace(' ', '_').Replace('-', '_');
}
