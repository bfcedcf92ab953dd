using System.Collections.Immutable;
using Nines.Core;
using Nines.Core.Components;
using Nines.Core.Timelines;
using NodaTime;

namespace Nines.Judging;

/// <summary>
/// What has been said of a component as a whole, or as seen from one region: the raw timeline that the votes give, and the
/// one that was told, with causes, maintenance and names of outages on it.
/// </summary>
internal sealed class Scope(ComponentId component, string? region)
{
    private const int KeptSegments = 256, MostSegments = 1_024;

    /// <summary>Judge.SetWindows is given the windows of the last day: what was said of the time before it stands.</summary>
    private static readonly Duration WindowsKnownFor = Duration.FromDays(1);

    private int outages;
    private string? goesOn;   // the outage inside of which the timelines were cut

    public ComponentId Component { get; } = component;
    public string? Region { get; } = region;
    public Timeline Raw { get; private set; } = Timeline.Empty;
    public Timeline Said { get; private set; } = Timeline.Empty;
    public bool IsDirty { get; private set; }

    /// <summary>What slots saw until here is told for good: another set of slots must not tell it anew.</summary>
    public Instant ToldUntil { get; private set; } = Instant.MinValue;

    public void ToldForGoodUntil(Instant until) => (ToldUntil, IsDirty) = (until, true);

    /// <summary>The outage that has not ended as far as told; a window that it ran into only pauses it. Null when there is none.</summary>
    public string? OpenOutage
    {
        get
        {
            for (var i = Said.Count - 1; i >= 0 && Said[i].Worst.IsDown(); i--)
                if (Said[i].Outage is { } name) return i + 1 < Said.Count && Said[i].EndsSeen(Said[i + 1]) ? null : name;
                else if (Said[i].Window is null) return null;
            return null;
        }
    }

    public void ReviseRaw(Instant from, IReadOnlyList<Segment> segments) => Raw = Raw.Revise(from, segments);

    /// <summary>Tells the stretch from <paramref name="from"/> anew.</summary>
    /// <param name="from">Where the raw timeline, the roots or the windows changed; moved back to where the outage around it began.</param>
    /// <param name="attribute">Puts the causes on raw segments.</param>
    /// <param name="windows">The maintenance windows of the component, in order of start.</param>
    /// <param name="now">Nothing is told of the future.</param>
    /// <returns>Where the telling differs from before, and what holds from there on; null when nothing differs.</returns>
    public (Instant From, ImmutableArray<Segment> Segments)? Tell(
        Instant from, Func<List<Segment>, List<Segment>> attribute, IReadOnlyList<MaintenanceWindow> windows, Instant now)
    {
        if (Raw.Count == 0) return null;
        from = Instant.Max(StretchStart(Raw, StretchStart(Said, from)), Raw[0].From);
        var segments = Raw.Within(from, Instant.MaxValue).Select(part => part.Segment).ToList();
        segments = Name(Place(attribute(segments), windows, now), from);

        var told = Said.Revise(from, segments);
        var same = 0;
        while (same < told.Count && same < Said.Count && told[same] == Said[same]) same++;
        if (same == told.Count && same == Said.Count) return null;

        var differs = Instant.Min(same < told.Count ? told[same].From : Instant.MaxValue, same < Said.Count ? Said[same].From : Instant.MaxValue);
        Said = told;
        IsDirty = true;
        return (differs, [.. told.Skip(same)]);
    }

    public ScopeMemory Remember()
    {
        IsDirty = false;
        return new ScopeMemory(outages, [.. Raw], [.. Said], goesOn, ToldUntil == Instant.MinValue ? null : ToldUntil);
    }

    public void Recall(ScopeMemory memory)
    {
        (outages, goesOn, ToldUntil) = (memory.Outages, memory.GoesOn, memory.ToldUntil ?? Instant.MinValue);
        Raw = Timeline.Of(memory.Raw);
        Said = Timeline.Of(memory.Said);
    }

    /// <summary>What is left of a memory once the component is no longer watched: the names that were given. Its next outage is another one.</summary>
    public static ScopeMemory Retired(ScopeMemory memory) => new(memory.Outages, [], []);

    /// <summary>True when there is so much that forgetting is worth its while.</summary>
    public bool IsLong => Said.Count > KeptSegments || Raw.Count > KeptSegments;

    /// <summary>
    /// Drops what no later observation can change, but not the outage (or unseen stretch) that is under way. Of one that has very many
    /// segments (a target that flaps and never holds) the beginning is dropped all the same, and its name is kept.
    /// </summary>
    public void Forget(Instant before)
    {
        if (Raw.Count > KeptSegments) Raw = Cut(Raw, StretchStart(Raw, before));
        if (Said.Count > KeptSegments) Said = Cut(Said, StretchStart(Said, before));
        if (Said.Count <= MostSegments && Raw.Count <= MostSegments) return;
        Raw = Cut(Raw, before);
        Said = Cut(Said, before);
        goesOn = Said[0].Outage;
    }

    private static Timeline Cut(Timeline timeline, Instant before) =>
        Timeline.Of(timeline.Where((segment, i) => segment.From >= before || i + 1 == timeline.Count || timeline[i + 1].From > before));

    /// <summary>The start of the contiguous possibly-down stretch that touches the instant; the instant itself when it is in none.</summary>
    private static Instant StretchStart(Timeline timeline, Instant instant)
    {
        var start = instant;
        for (var i = timeline.Count - 1; i >= 0; i--)
        {
            if (timeline[i].From > instant) continue;
            if (!timeline[i].Worst.IsDown() && timeline[i].From != instant) break;
            start = Instant.Min(start, timeline[i].From);
        }
        return start;
    }

    /// <summary>Marks what lies inside maintenance windows, as far as they have begun.</summary>
    private List<Segment> Place(List<Segment> segments, IReadOnlyList<MaintenanceWindow> windows, Instant now)
    {
        var known = now - WindowsKnownFor;
        var marked = Said.TakeWhile(segment => segment.From < known).ToArray();
        if (windows.Count == 0 && !Array.Exists(marked, segment => segment.Window is not null)) return segments;
        var edges = windows.SelectMany(window => new[] { window.From, window.To }).Concat(marked.Select(segment => segment.From)).ToArray();
        var placed = new List<Segment>();
        for (var i = 0; i < segments.Count; i++)
        {
            var end = i + 1 < segments.Count ? segments[i + 1].From : Instant.MaxValue;
            var cuts = new SortedSet<Instant> { segments[i].From };
            foreach (var edge in edges)
                if (segments[i].From < edge && edge < end && edge <= now) cuts.Add(edge);
            foreach (var cut in cuts)
            {
                // A root's end is known before the tail after it begins: what is to come lies in the window that holds now, until its edge is told.
                var placedAt = Instant.Min(cut, now);
                var window = cut < known && Said.Count > 0 && Said[0].From <= cut
                    ? Said.At(cut)!.Window
                    : windows.FirstOrDefault(window => window.From <= placedAt && placedAt < window.To)?.Id;
                placed.Add(segments[i] with { From = cut, Window = window });
            }
        }
        return placed;
    }

    /// <summary>
    /// Names outages: a contiguous possibly-down stretch outside of windows that is likely down somewhere. Unknown inside is a
    /// hole, not an end, unless a good look came just before it; a window inside is planned time; what goes on after a window that it began in is an overrun.
    /// </summary>
    private List<Segment> Name(List<Segment> segments, Instant from)
    {
        var used = new HashSet<string>(Said.TakeWhile(segment => segment.From < from).Select(segment => segment.Outage).OfType<string>());
        string? current = null, beganIn = null;
        var wasDown = false;
        for (var i = 0; i < segments.Count; i++)
        {
            var segment = segments[i];
            if (IsApart(segments, i, wasDown)) (current, beganIn, wasDown) = (null, null, false);
            if (!segment.Worst.IsDown()) continue;
            wasDown |= segment.Likely.IsDown();
            if (segment.Window is not null)
            {
                if (current is null && segment.Likely.IsDown()) beganIn = segment.Window;
                continue;
            }
            if (current is null)
            {
                var isCut = i == 0 && goesOn is not null && Said.Count > 0 && Said[0].Outage == goesOn && segment.From <= Said[0].From;
                if (!isCut && !IsLikelyDown(segments, i)) continue;
                current = KnownName(segments, i, used) ?? NextName();
                used.Add(current);
                wasDown |= isCut;
            }
            var cause = beganIn is null || segment.Cause is null ? segment.Cause
                : new Cause(CauseKind.Maintenance, $"overran the maintenance window {beganIn}: {segment.Cause.Because}") { Code = segment.Cause.Code };
            segments[i] = segment with { Outage = current, Cause = cause };
        }
        return segments;
    }

    /// <summary>
    /// Whether what was before the segment is over where it begins. The good look that ended an outage may be the last for long: then the component
    /// was up for no time that could be measured, and what was not seen since is no hole in that outage.
    /// </summary>
    /// <param name="wasDown">Whether it was likely down since the stretch began.</param>
    private static bool IsApart(List<Segment> segments, int i, bool wasDown) =>
        !segments[i].Worst.IsDown() || (wasDown && i > 0 && segments[i - 1].EndsSeen(segments[i]));

    /// <summary>Whether the stretch that begins at the segment is likely down anywhere before it ends or a window begins.</summary>
    private static bool IsLikelyDown(List<Segment> segments, int start) =>
        segments.Skip(start).TakeWhile(segment => segment.Worst.IsDown() && segment.Window is null).Any(segment => segment.Likely.IsDown());

    /// <summary>The first name that was already given to any part of the stretch, so that a revision never renames an outage.</summary>
    private string? KnownName(List<Segment> segments, int start, HashSet<string> used)
    {
        var end = start + 1;
        for (var wasDown = segments[start].Likely.IsDown(); end < segments.Count && !IsApart(segments, end, wasDown); end++) wasDown |= segments[end].Likely.IsDown();
        var to = end < segments.Count ? segments[end].From : Instant.MaxValue;
        return Said.Within(segments[start].From, to)
            .Select(part => part.Segment.Outage)
            .FirstOrDefault(name => name is not null && !used.Contains(name));
    }

    private string NextName() => Region is null ? $"{Component}-{++outages}" : $"{Component}@{Region}-{++outages}";
}
