using Nines.Bench.Truths;

namespace Nines.Bench.Scenarios;

/// <summary>The confusion matrix over all scenarios of all runs, and how soon.</summary>
internal static class ScenarioFigures
{
    public static IEnumerable<Figure> Of(IReadOnlyList<ScenarioResult> results, string? peerVersion)
    {
        ScenarioResult[] faults = [.. results.Where(result => result.Scenario.IsOutage)];
        ScenarioResult[] healthy = [.. results.Where(result => !result.Scenario.IsOutage)];
        ScenarioResult[] named = [.. results.Where(result => result.Scenario.Class is not null)];
        var single = "of the peer a single failed sample counts, as it has no confirmation of its own; with two in a row it would be "
            + $"{healthy.Count(result => result.PeerConfirmed > 0)}";

        yield return Make("true_positives", faults.Count(result => result.Outages == 1), "1", "higher", faults.Length, faults.Count(result => result.PeerOutages > 0))
            with { Note = "outages told once; two outages for one fault are none" };
        yield return Make("false_negatives", faults.Count(result => result.Outages != 1), "1", "lower", 0, faults.Count(result => result.PeerOutages == 0));
        yield return Make("true_negatives", healthy.Count(result => result.Outages == 0), "1", "higher", healthy.Length, healthy.Count(result => result.PeerOutages == 0));
        yield return Make("false_positives", healthy.Count(result => result.Outages > 0), "1", "lower", 0, healthy.Count(result => result.PeerOutages > 0)) with { Note = single };
        yield return Make("verdict_matches", results.Count(result => result.IsRightVerdict), "1", "higher", results.Count) with { Note = "down, effectively down, degraded or up, as expected; the peer knows up and down" };
        yield return Make("class_matches", named.Count(result => result.IsRightClass), "1", "higher", named.Length) with { Note = "the peer's probe_success has no class" };
        yield return Make("bounds_contain", faults.Count(result => result.IsContained), "1", "higher", faults.Length) with { Note = "the true onset and the true end are within the bounds told" };
        yield return Make("blips_kept", results.Sum(result => result.Blips), "1", "higher");
        double[] delays = [.. faults.Select(result => result.Detection).OfType<double>()];
        double[] peers = [.. faults.Select(result => result.PeerDetection).OfType<double>()];
        yield return Make("detection_median_s", delays.Length == 0 ? null : Round(Median.Of(delays)), "s", "lower", null, peers.Length == 0 ? null : Round(Median.Of(peers)))
            with { Note = "from the true onset until a reader of the journal can know, confirmed; of the peer until its first failed sample is there" };
        yield return Make("detection_max_s", delays.Length == 0 ? null : Round(delays.Max()), "s", "lower", null, peers.Length == 0 ? null : Round(peers.Max()));

        Figure Make(string name, double? value, string unit, string better, double? aim = null, double? peer = null) =>
            new(name, value, unit, better, aim) { Peer = peerVersion is null || peer is null ? null : new Peer(PrometheusPeer.Name, peerVersion, peer) };
    }

    private static double Round(double value) => Math.Round(value, 3);
}
