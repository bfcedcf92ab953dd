using Nines.Core;
using Nines.Ledger.Outages;
using NodaTime;

namespace Nines.Bench.Truths;

/// <summary>One true outage beside what Nines and the peer made of it.</summary>
/// <param name="Found">Null when it was not found.</param>
/// <param name="Resolution">The shortest outage that could not be missed there and then.</param>
/// <param name="Heard">When a reader of the journal could know of it.</param>
/// <param name="Blip">It was suspected, and nothing confirmed the suspicion.</param>
internal sealed record Scored(TrueOutage Truth, Duration Resolution, Outage? Found, Instant? Heard, bool Blip, PeerOutage? PeerFound)
{
    public bool IsAboveResolution => Truth.Seconds > Resolution.TotalSeconds;

    public bool IsContained => Found is { Ended: { } ended } && Found.Began.Intersect(Truth.Onset) is not null && ended.Intersect(Truth.End) is not null;

    /// <summary>Likely minus true, in seconds; null when not found, or not seen to end.</summary>
    public double? LengthError => Found is { Ended: not null } ? Found.Length.Likely.TotalSeconds - Truth.Seconds : null;

    /// <summary>Negative when the likely onset is too early.</summary>
    public double? OnsetError => LikelyOnset is { } onset ? (onset - Truth.Onset.Midpoint).TotalSeconds : null;

    public double? EndError => OnsetError + LengthError;

    public double? Detection => Heard is { } heard ? (heard - Truth.Onset.Earliest).TotalSeconds : null;

    public double? PeerLengthError => PeerFound is { Ended: { } ended } ? (ended - PeerFound.Began).TotalSeconds - Truth.Seconds : null;

    private Instant? LikelyOnset => Found?.Stretches.Where(stretch => stretch.Segment.Likely.IsDown()).Select(stretch => (Instant?)stretch.From).FirstOrDefault();
}

/// <summary>All that one run of one group found.</summary>
/// <param name="False">Outages of Nines with no true one behind them, and those beyond the first for one true outage.</param>
internal sealed record Score(IReadOnlyList<Scored> Outages, int False, int PeerFalse)
{
    public static Score Of(IReadOnlyList<TrueOutage> truths, Findings findings, PeerFindings? peer, TruthPlan plan)
    {
        var components = truths.Select(truth => truth.Component).ToHashSet(StringComparer.Ordinal);
        var own = Assign(truths, findings.Outages.Where(outage => outage.Region is null && components.Contains(outage.Component.Value)),
            outage => outage.Component.Value, outage => new Bounds(outage.Began.Earliest, outage.Ended?.Latest ?? outage.KnownUntil), out var wrong);
        var peerWrong = 0;
        var peers = peer is null ? [] : Assign(truths, peer.Outages.Where(outage => components.Contains(outage.Component)),
            outage => outage.Component, outage => new Bounds(outage.Began, outage.LastBad + PrometheusPeer.Timeout), out peerWrong);
        return new Score([.. truths.Select(truth =>
        {
            var found = own.GetValueOrDefault(truth);
            return new Scored(truth, findings.ResolutionAround(truth, plan), found,
                found is not null && findings.Heard.TryGetValue(found.Id, out var heard) ? heard : null,
                found is null && findings.Blips.Any(blip => blip.Probe.Component.Value == truth.Component && blip.When.Intersect(new Bounds(truth.Onset.Earliest, truth.End.Latest)) is not null),
                peers.GetValueOrDefault(truth));
        })], wrong, peerWrong);
    }

    /// <summary>Each find goes to the true outage that it shares the most time with; each true outage gets one at most. The rest are false.</summary>
    private static Dictionary<TrueOutage, T> Assign<T>(IReadOnlyList<TrueOutage> truths, IEnumerable<T> finds, Func<T, string> component, Func<T, Bounds> span, out int wrong)
        where T : class
    {
        var assigned = new Dictionary<TrueOutage, T>(ReferenceEqualityComparer.Instance);
        wrong = 0;
        foreach (var find in finds)
        {
            var best = truths.Where(truth => truth.Component == component(find))
                .Select(truth => (truth, Shared: span(find).Intersect(new Bounds(truth.Onset.Earliest, truth.End.Latest))))
                .Where(pair => pair.Shared is not null)
                .MaxBy(pair => pair.Shared!.Value.Uncertainty).truth;
            if (best is null || !assigned.TryAdd(best, find)) wrong++;
        }
        return assigned;
    }
}
