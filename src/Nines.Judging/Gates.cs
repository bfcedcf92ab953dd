using System.Collections.Immutable;
using Nines.Core;
using Nines.Core.Components;
using Nines.Core.Timelines;
using NodaTime;

namespace Nines.Judging;

/// <summary>What a component's timeline owes to the components that it needs: its own states where it has no probes, its causes where it has.</summary>
internal static class Gates
{
    /// <summary>The timeline of a component without probes: the gate over what it needs, by the same algebra.</summary>
    public static List<Segment> Of(Need need, Func<ComponentId, Timeline> timeline, Instant from)
    {
        var segments = new List<Segment>();
        foreach (var instant in Breaks(need, timeline, from))
        {
            Segment Seen(ComponentId id) => timeline(id).At(instant) ?? Segment.Unseen(instant);
            var likely = Quorum.Settle(
                Quorum.Gate(need, id => Seen(id).Likely is var state && state == State.Unknown ? State.Up : state),
                Quorum.Gate(need, id => Seen(id).Likely is var state && state == State.Unknown ? State.Down : state));
            var segment = likely == State.Unknown
                ? Segment.Unseen(instant)
                : new Segment(instant, Quorum.Gate(need, id => Seen(id).Best), likely, Quorum.Gate(need, id => Seen(id).Worst));
            if (segments.Count == 0 || !segments[^1].SaysTheSameAs(segment)) segments.Add(segment);
        }
        return segments;
    }

    /// <summary>
    /// Names the roots (TRUTH 13): where the gate is possibly broken, and for <paramref name="lag"/> after it is mended, whatever
    /// is not up is upstream; what remains of the same stretch after that is its own slow recovery.
    /// </summary>
    public static List<Segment> Attribute(IReadOnlyList<Segment> segments, Need need, Func<ComponentId, Timeline> timeline, Duration lag)
    {
        if (segments.Count == 0 || segments.All(segment => segment.Worst == State.Up)) return [.. segments];
        var broken = BrokenStretches(need, timeline, segments[0].From - lag - lag);
        if (broken.Count == 0) return [.. segments];

        var attributed = new List<Segment>();
        Cause? afterRoot = null;
        for (var i = 0; i < segments.Count; i++)
        {
            var segment = segments[i];
            var end = i + 1 < segments.Count ? segments[i + 1].From : Instant.MaxValue;
            if (segment.Worst == State.Up || segment.Likely == State.Unknown)
            {
                if (segment.Worst == State.Up) afterRoot = null;
                attributed.Add(segment);
                continue;
            }
            foreach (var from in Cuts(broken, segment.From, end, lag))
            {
                var at = broken.LastOrDefault(stretch => stretch.From <= from && from < stretch.To)
                    ?? broken.LastOrDefault(stretch => stretch.From <= from && (stretch.To == Instant.MaxValue || from < stretch.To + lag));
                var cause = at?.Cause ?? Own(segment.Cause, afterRoot);
                if (at is not null) afterRoot = at.Cause;
                attributed.Add(segment with { From = from, Cause = cause });
            }
        }
        return attributed;
    }

    private static Cause? Own(Cause? own, Cause? afterRoot) => afterRoot is null ? own
        : new Cause(own?.Kind ?? CauseKind.Unexplained,
            $"slow recovery after {string.Join(", ", afterRoot.Roots)}{(own is null ? "" : $": {own.Because}")}") { Code = own?.Code };

    private sealed record Stretch(Instant From, Instant To, Cause Cause);

    private static SortedSet<Instant> Cuts(List<Stretch> broken, Instant from, Instant to, Duration lag)
    {
        var cuts = new SortedSet<Instant> { from };
        foreach (var stretch in broken)
        {
            Add(stretch.From);
            if (stretch.To == Instant.MaxValue) continue;
            Add(stretch.To);
            Add(stretch.To + lag);
        }
        return cuts;

        void Add(Instant instant)
        {
            if (from < instant && instant < to) cuts.Add(instant);
        }
    }

    private static List<Stretch> BrokenStretches(Need need, Func<ComponentId, Timeline> timeline, Instant from)
    {
        var stretches = new List<Stretch>();
        var breaks = Breaks(need, timeline, from).ToArray();
        for (var i = 0; i < breaks.Length; i++)
        {
            var roots = Roots(need, timeline, breaks[i]);
            if (roots.Count == 0) continue;
            var to = i + 1 < breaks.Length ? breaks[i + 1] : Instant.MaxValue;
            var ordered = roots.OrderBy(root => root.Value.Since).ThenBy(root => root.Key).ToArray();
            var cause = new Cause(CauseKind.Upstream, $"needs {ordered[0].Key}: {ordered[0].Value.Because}") { Code = ordered[0].Value.Code, Roots = [.. ordered.Select(root => root.Key)] };
            if (stretches.Count > 0 && stretches[^1].To == breaks[i] && stretches[^1].Cause == cause) stretches[^1] = stretches[^1] with { To = to };
            else stretches.Add(new Stretch(breaks[i], to, cause));
        }
        return stretches;
    }

    /// <summary>The components at the root of a possibly broken gate, with since when and why; empty while it cannot be broken.</summary>
    private static Dictionary<ComponentId, (Instant Since, string Because, string? Code)> Roots(Need need, Func<ComponentId, Timeline> timeline, Instant instant)
    {
        switch (need)
        {
            case Need.On on:
                var history = timeline(on.Component);
                // Not having looked is no evidence against a dependency: only what was seen to be not up can be a root.
                if (history.At(instant) is not { Cause: { } cause } segment || !segment.Worst.IsDown()) return [];
                return cause.Kind == CauseKind.Upstream
                    ? cause.Roots.ToDictionary(root => root, root => (Since(timeline(root), instant), Why(timeline(root), instant), timeline(root).At(instant)?.Cause?.Code))
                    : new() { [on.Component] = (Since(history, instant), cause.Because, cause.Code) };
            case Need.AtLeast gate:
                var broken = gate.Members.Select(member => Roots(member, timeline, instant)).Where(roots => roots.Count > 0).ToArray();
                if (gate.Members.Length - broken.Length >= gate.Count) return [];
                var all = new Dictionary<ComponentId, (Instant, string, string?)>();
                foreach (var (root, since) in broken.SelectMany(roots => roots)) all.TryAdd(root, since);
                return all;
            default:
                throw new InvalidOperationException("Need is a closed hierarchy.");
        }
    }

    private static string Why(Timeline timeline, Instant instant) => timeline.At(instant)?.Cause?.Because ?? "recovering";

    /// <summary>From when on the component has been possibly down without a break, as far as it was seen.</summary>
    private static Instant Since(Timeline timeline, Instant instant)
    {
        var since = instant;
        for (var i = timeline.Count - 1; i >= 0; i--)
        {
            if (timeline[i].From > instant) continue;
            if (!timeline[i].Worst.IsDown() || timeline[i].Cause is null) break;
            since = timeline[i].From;
        }
        return since;
    }

    private static SortedSet<Instant> Breaks(Need need, Func<ComponentId, Timeline> timeline, Instant from)
    {
        var breaks = new SortedSet<Instant> { from };
        foreach (var id in need.Mentioned())
            foreach (var segment in timeline(id))
                if (segment.From > from) breaks.Add(segment.From);
        return breaks;
    }
}
