using NodaTime;

namespace Nines.Bench.Truths;

/// <summary>From scores to figures.</summary>
internal static class TruthFigures
{
    /// <summary>How much later than interval + timeout an outage may be known.</summary>
    private static readonly Duration DetectionSlack = Duration.FromMilliseconds(1_500);

    public static IEnumerable<Figure> Of(TruthGroup group, IReadOnlyList<Score> scores, TruthPlan plan, string? peerVersion)
    {
        Scored[] all = [.. scores.SelectMany(score => score.Outages)];
        Scored[] sure = [.. all.Where(scored => scored.IsAboveResolution)];
        Scored[] declared = [.. all.Where(scored => scored.Truth.Seconds > plan.Resolution.TotalSeconds)];
        Scored[] found = [.. all.Where(scored => scored.Found is not null)];
        var errors = Some(all, scored => scored.LengthError, Math.Abs);
        var peerErrors = Some(all, scored => scored.PeerLengthError, Math.Abs);

        yield return Make("outages", all.Length, "1", "higher") with { Note = $"{declared.Length} of them longer than interval + timeout, {plan.Resolution.TotalSeconds} s; {sure.Length} longer than the resolution that Nines says it had" };
        yield return Make("found_above_resolution", Share(sure, scored => scored.Found is not null), "share", "higher", 1, Share(sure, scored => scored.PeerFound is not null));
        yield return Make("found_above_interval_plus_timeout", Share(declared, scored => scored.Found is not null), "share", "higher", null, Share(declared, scored => scored.PeerFound is not null));
        yield return Make("found_of_all", Share(all, scored => scored.Found is not null), "share", "higher", null, Share(all, scored => scored.PeerFound is not null));
        yield return Make("seen_of_all", Share(all, scored => scored.Found is not null || scored.Blip), "share", "higher") with { Note = "found, or kept as a blip: one look saw it, no second one could agree" };
        yield return Make("found", found.Length, "1", "higher", null, all.Count(scored => scored.PeerFound is not null));
        yield return Make("contained", Share(found, scored => scored.IsContained), "share", "higher", 1) with { Note = "onset and end both within their bounds, of those found; the peer gives no bounds" };
        yield return Make("false", scores.Sum(score => score.False), "1", "lower", 0, scores.Sum(score => score.PeerFalse));
        yield return Make("length_error_median_s", Median50(errors), "s", "lower", group.LengthErrorAim.TotalSeconds, Median50(peerErrors));
        yield return Make("length_error_p90_s", Quantile(errors, 0.9), "s", "lower", null, Quantile(peerErrors, 0.9));
        if (group.Tripwire)
            foreach (var kind in all.GroupBy(scored => scored.Truth.Kind).OrderBy(kind => kind.Key, StringComparer.Ordinal))
                yield return Make($"{kind.Key}_length_error_median_s", Median50(Some([.. kind], scored => scored.LengthError, Math.Abs)), "s", "lower") with
                {
                    Note = "an idle connection sees both ends of refuse; of reset, where connections can be made and requests are reset, it sees the onset only",
                };
        yield return Make("onset_error_median_s", Median50(Some(all, scored => scored.OnsetError, Math.Abs)), "s", "lower");
        yield return Make("end_error_median_s", Median50(Some(all, scored => scored.EndError, Math.Abs)), "s", "lower");
        var delays = Some(all, scored => scored.Detection, delay => delay);
        yield return Make("detection_max_s", delays.Length == 0 ? null : delays.Max(), "s", "lower", (plan.Resolution + DetectionSlack).TotalSeconds)
            with { Note = "from the true onset until a reader of the journal can know" };
        yield return Make("detection_p99_s", Quantile(delays, 0.99), "s", "lower");
        yield return Make("detection_median_s", Median50(delays), "s", "lower");

        Figure Make(string name, double? value, string unit, string better, double? aim = null, double? peer = null) =>
            new($"{group.Name}_{name}", Round(value), unit, better, aim) { Peer = peerVersion is null || peer is null ? null : new Peer(PrometheusPeer.Name, peerVersion, Round(peer)) };
    }

    /// <summary>Heads that stall behind a 200. Without them (no lab) the figure has no value, and is not met.</summary>
    public static IEnumerable<Figure> OfStalledHeads(IReadOnlyList<Score> scores, TruthPlan plan, string? peerVersion)
    {
        Scored[] all = [.. scores.SelectMany(score => score.Outages)];
        Scored[] sure = [.. all.Where(scored => scored.IsAboveResolution)];
        var delays = Some(all, scored => scored.Detection, delay => delay);
        yield return new Figure("stalled_heads_outages", all.Length, "1", "higher") { Note = "a node is out when it is three blocks (three seconds) behind the chain's own node" };
        yield return new Figure("stalled_heads_found_above_resolution", Round(Share(sure, scored => scored.Found is not null)), "share", "higher", 1)
        {
            Peer = peerVersion is null || sure.Length == 0 ? null : new Peer(PrometheusPeer.Name, peerVersion, Round(Share(sure, scored => scored.PeerFound is not null))),
            Note = "the peer asks for eth_blockNumber and gets a 200 with a result",
        };
        yield return new Figure("stalled_heads_false", scores.Sum(score => score.False), "1", "lower", 0);
        yield return new Figure("stalled_heads_contained", Round(Share([.. all.Where(scored => scored.Found is not null)], scored => scored.IsContained)), "share", "higher");
        yield return new Figure("stalled_heads_length_error_median_s", Round(Median50(Some(all, scored => scored.LengthError, Math.Abs))), "s", "lower");
        yield return new Figure("stalled_heads_detection_max_s", delays.Length == 0 ? null : Round(delays.Max()), "s", "lower") { Note = "from the block that put it three behind" };
    }

    private static double? Round(double? value) => value is { } number ? Math.Round(number, 4) : null;

    private static double? Share(Scored[] of, Func<Scored, bool> which) => of.Length == 0 ? null : (double)of.Count(which) / of.Length;

    private static double[] Some(Scored[] of, Func<Scored, double?> value, Func<double, double> shape) => [.. of.Select(value).OfType<double>().Select(shape)];

    private static double? Median50(double[] values) => values.Length == 0 ? null : Median.Of(values);

    private static double? Quantile(double[] values, double share) => values.Length == 0 ? null : Median.Quantile(values, share);
}
