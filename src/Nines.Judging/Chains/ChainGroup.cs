using System.Collections.Immutable;
using Nines.Core;
using Nines.Core.Components;
using Nines.Core.Facts;
using Nines.Core.Observations;
using Nines.Core.Timelines;
using NodaTime;

namespace Nines.Judging.Chains;

/// <summary>
/// The judging group of one chain: what each source told last, from each vantage point. It fills in the signals that only a comparison can give,
/// and judges the chain itself (TRUTH 11). Own sources and other people's count alike.
/// </summary>
internal sealed class ChainGroup
{
    /// <summary>A suspicion is not worth a look at each of hundreds of sources.</summary>
    private const int MostWitnesses = 3;

    private readonly Component chain;
    private readonly int sources;
    private readonly Duration lifetime;
    private readonly Dictionary<ProbeId, (TellingPositions Positions, string Protocol)> probes = [];
    private readonly Dictionary<(ProbeId, VantagePointId), Source> told;
    private readonly Splits splits;
    private readonly Dictionary<VantagePointId, FinalityProgress> finality;
    private readonly Dictionary<(VantagePointId, string), Instant> goodUntil;
    private readonly Dictionary<ComponentId, ComponentId[]> witnesses = [];

    /// <param name="before">The group as it was until now; null when there was none.</param>
    public ChainGroup(Topology topology, Component chain, ChainGroup? before)
    {
        this.chain = chain;
        var members = topology.Components.Where(member => member.Chain == chain.Id).ToArray();
        foreach (var probe in members.SelectMany(member => member.Probes))
            if (new TellingPositions(probe.Signals) is { Any: true } positions) probes.Add(probe.Id, (positions, probe.Type));
        sources = probes.Keys.Select(probe => probe.Component).Distinct().Count();
        lifetime = members.SelectMany(member => member.Probes).Where(probe => probes.ContainsKey(probe.Id)).Select(probe => probe.VoteLifetime).DefaultIfEmpty(Duration.Zero).Max();
        (told, splits, finality, goodUntil) = before is null ? ([], new Splits(), [], []) : (before.told, before.splits, before.finality, before.goodUntil);
        foreach (var (key, gone) in told.Where(one => !probes.TryGetValue(one.Key.Item1, out var probe) || probe.Protocol != one.Value.Protocol).ToArray()) Forget(key, gone);
    }

    /// <summary>Components that are to be looked at because something of the chain or of another source is suspected: what they say decides it.</summary>
    public bool IsWitness(ComponentId source)
    {
        foreach (var wanted in witnesses.Values)
            if (Array.IndexOf(wanted, source) >= 0) return true;
        return false;
    }

    /// <summary>What is suspected of a source (or of the chain), or is no longer: those whose word decides it are its witnesses.</summary>
    /// <returns>Components that have to be looked at more often, or need not be any more.</returns>
    public IReadOnlyList<ComponentId> Suspect(ComponentId suspect, bool isSuspected)
    {
        if (!isSuspected) return witnesses.Remove(suspect, out var freed) ? freed : [];
        if (witnesses.ContainsKey(suspect)) return [];
        ComponentId[] wanted = [.. told.Values.Where(source => source.Component != suspect && source.Last.HasHead)
            .OrderByDescending(source => source.Last.HeadTime).ThenBy(source => source.Component).Select(source => source.Component).Distinct().Take(MostWitnesses)];
        witnesses.Add(suspect, wanted);
        return wanted;
    }

    /// <returns>The signals with head_lag and head_lag_time filled in, where the probe has them; and as of when they hold: a lag that
    /// is small against a head told five seconds ago says nothing of the blocks made since.</returns>
    public (ImmutableArray<SignalValue> Values, Instant AsOf) Compare(Observation observation)
    {
        var asIs = (observation.Signals, observation.AsOf ?? observation.Started);
        if (!probes.TryGetValue(observation.Probe, out var probe) || probe.Positions.Read(observation) is not { HasHead: true } own) return asIs;
        var best = own;
        Telling? reference = null;   // the best of the others: what this one is proven against
        foreach (var source in told.Values)
        {
            if (source.Component == observation.Probe.Component || source.Protocol != probe.Protocol || !source.Last.HasHead || observation.Ended - source.Last.At > lifetime) continue;
            var other = source.Last;
            if (other.Head > best.Head) best = other;
            if (reference is not { } known || other.Head > known.Head || (other.Head == known.Head && other.Since > known.Since)) reference = other;
        }

        var values = observation.Signals;
        if (probe.Positions.HeadLag is >= 0 and var lag) values = values.SetItem(lag, SignalValue.Of(best.Head - own.Head));
        if (probe.Positions.HeadLagTime is >= 0 and var time) values = values.SetItem(time, SignalValue.Of(Math.Max(0, best.HeadTime - own.HeadTime)));
        return (values, reference is { } by && by.Since < asIs.Item2 ? by.Since : asIs.Item2);
    }

    /// <summary>Notes what a source told; a source that is down (the wrong chain, say) is no source.</summary>
    /// <returns>What the chain is, as seen from that vantage point; null when fewer live sources than two (or than there are) have told anything.</returns>
    public ChainVerdict? Note(Observation observation, Verdict verdict)
    {
        if (!probes.TryGetValue(observation.Probe, out var probe)) return null;
        var key = (observation.Probe, observation.From);
        var known = told.GetValueOrDefault(key);
        if (verdict.State == State.Down || probe.Positions.Read(observation) is not { } telling)
        {
            if (known is not null) Forget(key, known);
            return null;
        }
        if (known is null) told.Add(key, known = new Source(observation.Probe, observation.From, probe.Protocol));
        known.Tell(telling);

        Source[] live = [.. told.Values.Where(source => source.From == observation.From && observation.Ended - source.Last.At <= lifetime)];
        splits.Compare(known, live);
        return live.Select(source => source.Component).Distinct().Count() >= Math.Min(2, sources) ? Judge(observation, live) : null;
    }

    private ChainVerdict Judge(Observation observation, Source[] live)
    {
        var rules = chain.ChainRules ?? new ChainRules();
        if (!finality.TryGetValue(observation.From, out var progress)) finality.Add(observation.From, progress = new FinalityProgress());
        Finding?[] all =
        [
            ChainFindings.Halt(live, rules), ChainFindings.Finality(live, rules, progress), ChainFindings.Reorg(live, rules),
            ChainFindings.Participation(live, rules), ChainFindings.MissedSlots(live, rules), ChainFindings.Split(live, rules, splits),
        ];
        var asOf = observation.Started;
        var broken = new List<Finding>();
        foreach (var finding in all.OfType<Finding>())
        {
            if (finding.State == State.Up)
            {
                goodUntil[(observation.From, finding.Code)] = finding.GoodUntil;
                asOf = Instant.Min(asOf, finding.GoodUntil);
            }
            else broken.Add(finding.Began is null && goodUntil.TryGetValue((observation.From, finding.Code), out var good) && good <= observation.Ended
                ? finding with { Began = new Bounds(good, observation.Ended) } : finding);
        }
        var seen = Tell(live);
        if (broken.Count == 0) return new ChainVerdict(Verdict.Good, asOf, seen, splits.IsSuspected(live));

        // The worst counts; of equals the one that began first gives the cause, and the others are named.
        var worst = broken.Max(finding => finding.State);
        Finding[] ordered = [.. broken.OrderByDescending(finding => finding.State).ThenBy(finding => finding.Began?.Earliest ?? observation.Ended)];
        var decisive = ordered.TakeWhile(finding => finding.State == worst).ToArray();
        Bounds? began = decisive.Any(finding => finding.Began is null) ? null
            : new Bounds(decisive.Min(finding => finding.Began!.Value.Earliest), decisive.Min(finding => finding.Began!.Value.Latest));
        var cause = new Cause(CauseKind.Consensus, string.Join("; ", ordered.Select(finding => finding.Because))) { Code = ordered[0].Code };
        return new ChainVerdict(new Verdict(worst, 1, began, cause, 0) { Reasons = [new Reason("consensus", true, $"all that the sources of {chain.Id} told")] }, asOf, seen, splits.IsSuspected(live));
    }

    /// <summary>What was told, for the evidence: the newest head, and who had it.</summary>
    private static string Tell(Source[] live)
    {
        var best = live.MaxBy(source => source.Last.HasHead ? source.Last.HeadTime : double.MinValue)!;
        var finalized = live.Max(source => double.IsNaN(source.Last.Finalized) ? -1 : source.Last.Finalized);
        return string.Create(System.Globalization.CultureInfo.InvariantCulture,
            $"{live.Length} live, the newest head {best.Last.Head:0} by {best}{(finalized < 0 ? "" : $", finalized {finalized:0}")}");
    }

    private void Forget((ProbeId, VantagePointId) key, Source gone)
    {
        told.Remove(key);
        splits.Forget(gone);
    }
}

/// <param name="Verdict">What the chain is.</param>
/// <param name="AsOf">Up to when it surely is, where all is well.</param>
/// <param name="Seen">What was told, in words.</param>
/// <param name="IsDoubtful">True while sources differ and have not all told again.</param>
internal sealed record ChainVerdict(Verdict Verdict, Instant AsOf, string Seen, bool IsDoubtful);
