using System.Collections.Immutable;
using NodaTime;

namespace Nines.Ledger.Policies;

/// <summary>
/// The policies that every Nines has: its own, variants of one rule each, and the state weights of well-known status pages as their
/// publishers document them. docs/reference/policies has a page for each, with its source.
/// </summary>
public static class ShippedPolicies
{
    /// <summary>What users of an unplanned and a planned outage alike went through.</summary>
    public static readonly Policy Strict = new()
    {
        Name = "strict",
        Version = 1,
        About = "Down and effectively down count in full, planned or not; degraded does not.",
        Degraded = 0,
        EffectivelyDown = 1,
        Down = 1,
        Maintenance = MaintenanceCounts.AsSeen,
        Regions = RegionRule.Quorum,
    };

    /// <summary>As most contracts count: planned maintenance is taken out.</summary>
    public static readonly Policy Lenient = Strict with
    {
        Name = "lenient",
        About = "Down and effectively down count in full; planned maintenance is taken out of the reckoning.",
        Maintenance = MaintenanceCounts.Excluded,
    };

    /// <summary>As users experienced it, region by region.</summary>
    public static readonly Policy Observed = Strict with
    {
        Name = "observed",
        About = "As users saw it: degraded counts 0.3, planned or not, each region for its share.",
        Degraded = 0.3m,
        Regions = RegionRule.Weighted,
    };

    private static readonly Policy DegradedDown = Strict with
    {
        Name = "degraded-down",
        About = "Whatever is not up counts in full: degraded too, planned or not.",
        Degraded = 1,
    };

    private static readonly Policy MinuteAndMore = Lenient with
    {
        Name = "minute-and-more",
        About = "As lenient, and outages shorter than a minute are not counted.",
        MinOutage = Duration.FromMinutes(1),
    };

    private static readonly Policy Partial30 = Partial("partial-30", 0.3m, "0.3");
    private static readonly Policy Partial70 = Partial("partial-70", 0.7m, "0.7");
    private static readonly Policy Partial100 = Partial("partial-100", 1, "in full");

    private static readonly Policy Statuspage = Strict with
    {
        Name = "statuspage",
        About = "Weights of Atlassian Statuspage's uptime showcase: major outage 1, partial 0.3, degraded and maintenance 0.",
        Partial = 0.3m,
        Maintenance = MaintenanceCounts.AsUp,
        Regions = RegionRule.Partial,
        Decimals = 2,
    };

    private static readonly Policy Instatus = Statuspage with
    {
        Name = "instatus",
        About = "Weights of Instatus: major outage 1, partial 0.3, degraded 0.",
    };

    private static readonly Policy IncidentIo = Statuspage with
    {
        Name = "incident-io",
        About = "Weights of incident.io status pages: full and partial outage 1, degraded and maintenance 0.",
        Partial = 1,
    };

    private static readonly Policy UptimeKuma = Strict with
    {
        Name = "uptime-kuma",
        About = "State weights of Uptime Kuma, over time and not over samples: down and pending 1, maintenance 0.",
        Blip = 1,
        Maintenance = MaintenanceCounts.AsUp,
        Decimals = 2,
    };

    private static readonly Policy Gatus = Strict with
    {
        Name = "gatus",
        About = "State weights of Gatus, over time and not over samples: a result with a broken condition is a failure.",
        Degraded = 1,
        Blip = 1,
        Decimals = 2,
    };

    private static readonly Policy Upptime = Strict with
    {
        Name = "upptime",
        About = "State weights of Upptime: an open issue is downtime, for down and degraded alike; expected maintenance opens none.",
        Degraded = 1,
        Maintenance = MaintenanceCounts.AsUp,
        Decimals = 2,
    };

    public static ImmutableArray<Policy> All { get; } =
        [Strict, Lenient, Observed, DegradedDown, MinuteAndMore, Partial30, Partial70, Partial100, Statuspage, Instatus, IncidentIo, UptimeKuma, Gatus, Upptime];

    /// <returns>Null when none has the name.</returns>
    public static Policy? Find(string name) => All.FirstOrDefault(policy => policy.Name == name);

    private static Policy Partial(string name, decimal weight, string counts) => Strict with
    {
        Name = name,
        About = $"As strict, and while only some regions are down that counts {counts}.",
        Partial = weight,
        Regions = RegionRule.Partial,
    };
}
