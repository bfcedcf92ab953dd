using System.Collections.Immutable;
using Nines.Core;
using Nines.Core.Components;
using Nines.Core.Observations;
using Nines.Core.Timelines;
using NodaTime;

namespace Nines.Judging;

/// <summary>
/// The judging group of one chain: the newest head that each source told, from each vantage point. It fills in the signals that
/// only a comparison can give, and judges the chain itself (TRUTH 11).
/// </summary>
internal sealed class Heads
{
    private const string Head = "head", HeadTime = "head_time", HeadLag = "head_lag", HeadLagTime = "head_lag_time";
    private readonly int sources;
    private readonly Duration lifetime;
    private readonly Dictionary<(ComponentId, VantagePointId), Told> told = [];

    /// <param name="before">What the sources told until now; null when nobody asked.</param>
    public Heads(Topology topology, ComponentId chain, Heads? before)
    {
        var nodes = topology.Components.Where(node => node.Chain == chain).ToArray();
        sources = nodes.Length;
        lifetime = nodes.SelectMany(node => node.Probes).Select(probe => probe.VoteLifetime).DefaultIfEmpty(Duration.Zero).Max();
        foreach (var (source, own) in before?.told ?? [])
            if (nodes.Any(node => node.Id == source.Item1)) told.Add(source, own);
    }

    /// <param name="Number">Block number.</param>
    /// <param name="Time">The block's own timestamp, Unix seconds.</param>
    /// <param name="Since">When the look that was told it set out.</param>
    /// <param name="At">When that look ended.</param>
    internal readonly record struct Told(double Number, double Time, Instant Since, Instant At);

    /// <returns>The signals with head_lag and head_lag_time filled in, where the probe has them; and as of when they hold: a lag that
    /// is small against a head told five seconds ago says nothing of the blocks made since.</returns>
    public (ImmutableArray<SignalValue> Values, Instant AsOf) Compare(Observation observation, ProbeDefinition probe)
    {
        if (observation.Outcome is not Outcome.Answered || Read(observation, probe) is not { } own) return (observation.Signals, observation.Started);
        var best = own;
        Told? reference = null;   // the best of the others: what this one is proven against
        foreach (var (source, other) in told)
        {
            if (source.Item1 == observation.Probe.Component || observation.Ended - other.At > lifetime) continue;
            if (other.Number > best.Number) best = other;
            if (reference is not { } known || other.Number > known.Number || (other.Number == known.Number && other.Since > known.Since)) reference = other;
        }

        var values = observation.Signals;
        if (probe.Signals.IndexOf(HeadLag) is >= 0 and var lag) values = values.SetItem(lag, SignalValue.Of(best.Number - own.Number));
        if (probe.Signals.IndexOf(HeadLagTime) is >= 0 and var time) values = values.SetItem(time, SignalValue.Of(Math.Max(0, best.Time - own.Time)));
        return (values, reference is { } by && by.Since < observation.Started ? by.Since : observation.Started);
    }

    /// <summary>Notes what a source told; a source that is down (the wrong chain, say) is no source.</summary>
    /// <returns>The best head seen from that vantage point; null when fewer live sources than two (or than there are) have told theirs.</returns>
    public Told? Note(Observation observation, ProbeDefinition probe, Verdict verdict)
    {
        var key = (observation.Probe.Component, observation.From);
        if (observation.Outcome is not Outcome.Answered || verdict.State == State.Down || Read(observation, probe) is not { } own)
        {
            told.Remove(key);
            return null;
        }
        told[key] = own;

        Told? best = null;
        var live = 0;
        foreach (var (source, other) in told)
        {
            if (source.Item2 != observation.From || observation.Ended - other.At > lifetime) continue;
            live++;
            if (best is null || other.Number > best.Value.Number) best = other;
        }
        return live >= Math.Min(2, sources) ? best : null;
    }

    public Verdict Judge(Component chain, Observation observation, Told best)
    {
        if (chain.HeadAgeLimit is not { } limit) return new(State.Up, 1, null, null, 0);
        var began = Instant.FromUnixTimeTicks((long)(best.Time * NodaConstants.TicksPerSecond)) + limit;
        if (observation.Ended < began + Duration.FromSeconds(1)) return new(State.Up, 1, null, null, 0);
        return new(State.EffectivelyDown, 1, new Bounds(began, began + Duration.FromSeconds(1)),
            new Cause(CauseKind.Consensus, $"no source has a block newer than {best.Number:0}, {(observation.Ended - began + limit).TotalSeconds:0} s old (limit {limit.TotalSeconds:0.###} s)") { Code = "halted" }, 0);
    }

    private static Told? Read(Observation observation, ProbeDefinition probe)
    {
        int number = probe.Signals.IndexOf(Head), time = probe.Signals.IndexOf(HeadTime);
        if (number < 0 || time < 0 || observation.Signals.Length <= Math.Max(number, time)) return null;
        var (head, stamp) = (observation.Signals[number].Number, observation.Signals[time].Number);
        // A timestamp beyond year 9999 cannot be placed on a time line.
        return double.IsNaN(head) || !(stamp is >= 0 and < 253_402_300_799) ? null : new Told(head, stamp, observation.Started, observation.Ended);
    }
}
