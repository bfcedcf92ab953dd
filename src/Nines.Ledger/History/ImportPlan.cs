using System.Collections.Immutable;
using System.Globalization;
using Nines.Core;
using Nines.Core.Components;
using Nines.Core.Facts;
using Nines.Core.Timelines;
using NodaTime;

namespace Nines.Ledger.History;

/// <summary>What is to be put on record of one component, and what becomes of it there.</summary>
/// <param name="Fact">Null where nothing of the span asked for is told.</param>
/// <param name="Cut">Where Nines itself saw it: this is left out.</param>
/// <param name="IsOnRecord">The very same is on record: nothing would change.</param>
public sealed record PlannedImport(ComponentId Component, ImmutableArray<string> Targets, HistoryImported? Fact, ImmutableArray<Interval> Cut, bool IsOnRecord)
{
    public int Outages => Fact is null ? 0 : Fact.Segments.Where(segment => segment.Likely.IsDown() || segment.Best.IsDown()).Select(segment => segment.Outage).OfType<string>().Distinct().Count();
}

/// <summary>How a source's targets become components.</summary>
public sealed record ImportNaming
{
    /// <summary>All of it is of this one component; null names each after its target.</summary>
    public ComponentId? Everything { get; init; }

    /// <summary>Target to component, for those that are to be called otherwise.</summary>
    public ImmutableDictionary<string, ComponentId> Map { get; init; } = ImmutableDictionary<string, ComponentId>.Empty;

    public ComponentKind Kind { get; init; } = ComponentKind.Dapp;
    public ImmutableSortedDictionary<string, string> Labels { get; init; } = ImmutableSortedDictionary<string, string>.Empty;

    /// <returns>Null for a target without a letter or digit in its name, and none in the map.</returns>
    public ComponentId? Of(string target)
    {
        if (Map.TryGetValue(target, out var mapped)) return mapped;
        if (Everything is not null) return Everything;
        var bare = target.StartsWith("https://", StringComparison.OrdinalIgnoreCase) ? target[8..] : target.StartsWith("http://", StringComparison.OrdinalIgnoreCase) ? target[7..] : target;
        return Name.Near(bare) is { } near ? new ComponentId(near) : null;
    }
}

/// <summary>From what a source says to facts. Pure: the same history, ledger and names give the same facts.</summary>
public static class ImportPlan
{
    /// <param name="digest">Over what was read, and how.</param>
    /// <param name="from">Null takes all that the source tells.</param>
    /// <param name="to">As above.</param>
    public static ImmutableArray<PlannedImport> Make(
        ReadHistory history, string source, string digest, ImportNaming naming, LedgerProjection ledger, Instant now, Instant? from = null, Instant? to = null) =>
    [
        .. history.Targets.Select(target => (Target: target, Component: naming.Of(target.Target))).Where(named => named.Component is not null)
            .GroupBy(named => named.Component!.Value).OrderBy(group => group.Key)
            .Select(group => Plan(group.Key, [.. group.Select(named => named.Target)], history, source, digest, naming, ledger.Find(group.Key), now, from, to)),
    ];

    private static PlannedImport Plan(
        ComponentId component, ImmutableArray<TargetHistory> targets, ReadHistory history, string source, string digest, ImportNaming naming, ComponentLedger? known, Instant now, Instant? from, Instant? to)
    {
        ImmutableArray<string> names = [.. targets.Select(target => target.Target)];
        var told = targets.Length == 1 ? targets[0] : Joined.Of(targets);
        var (begin, end) = (Instant.Max(told.From, from ?? told.From), Instant.Min(Instant.Min(told.To, to ?? told.To), now));
        if (begin >= end) return new PlannedImport(component, names, null, [], false);
        var segments = Clipped(told.Segments, begin, end);
        var rows = history.Rows.Repairs.Where(repair => names.Contains(repair.Target)).Select(repair => repair.Row).Distinct().Count();
        var fact = new HistoryImported(
            now, SourceText.Kept(source), digest, component, naming.Kind, naming.Labels, begin, end, told.Resolution, Named(component, segments, known),
            [.. history.Assumptions, .. OfThisCall(names, told, begin, end)], rows);
        return new PlannedImport(component, names, fact, [.. known?.SeenWithin(begin, end) ?? []], known?.HasImported(digest, begin, end) ?? false);
    }

    private static IEnumerable<string> OfThisCall(ImmutableArray<string> names, TargetHistory told, Instant begin, Instant end)
    {
        if (names.Length > 1) yield return $"{names.Length.ToString(CultureInfo.InvariantCulture)} of its targets are one component, and the worst of those that tell counts: {string.Join(", ", names.Take(5).Select(name => SourceText.Kept(name, 60)))}{(names.Length > 5 ? ", …" : "")}.";
        if (begin > told.From || end < told.To) yield return $"It tells of {told.From} to {told.To}; {begin} to {end} was taken.";
    }

    private static ImmutableArray<Segment> Clipped(ImmutableArray<Segment> segments, Instant from, Instant to)
    {
        var track = new Track();
        track.Revise(segments[0].From, segments);
        return [.. track.Within(from, to).Select(stretch => stretch.Segment with { From = stretch.From })];
    }

    /// <summary>An outage that was imported before, with the same beginning, keeps its name: what was written about it still finds it.</summary>
    private static ImmutableArray<Segment> Named(ComponentId component, ImmutableArray<Segment> segments, ComponentLedger? known)
    {
        var before = new Dictionary<Instant, string>();
        foreach (var outage in known?.Outages ?? [])
            if (outage.ImportedFrom is not null) before.TryAdd(outage.Began.Earliest, outage.Id);
        var names = new Dictionary<string, string>(StringComparer.Ordinal);
        var taken = new HashSet<string>(StringComparer.Ordinal);
        var next = known?.ImportedOutages ?? 0;
        return
        [
            .. segments.Select(segment =>
            {
                if (segment.Outage is not { } own) return segment;
                if (!names.TryGetValue(own, out var name))
                {
                    name = before.TryGetValue(segment.From, out var kept) && taken.Add(kept) ? kept : ImportedOutage.Name(component, ++next);
                    names.Add(own, name);
                }
                return segment with { Outage = name };
            }),
        ];
    }

    /// <summary>Several targets of a source that are one component: a site that was renamed, parts of a whole. At each instant the worst of those that tell counts.</summary>
    private static class Joined
    {
        public static TargetHistory Of(ImmutableArray<TargetHistory> targets)
        {
            var (from, to) = (targets.Min(target => target.From), targets.Max(target => target.To));
            var borders = targets.SelectMany(target => target.Segments.Select(segment => segment.From).Append(target.To)).Where(at => at < to).Append(from).Distinct().Order();
            var tracks = targets.Select(target =>
            {
                var track = new Track();
                track.Revise(target.From, [.. target.Segments, Segment.Unseen(target.To)]);
                return track;
            }).ToList();
            var joined = new List<Segment>();
            var (outages, inOutage) = (0, false);
            foreach (var at in borders)
            {
                var telling = tracks.Select(track => track.At(at)).OfType<Segment>().Where(segment => segment.Likely != State.Unknown || segment.Window is not null).ToList();
                var worst = telling.OrderByDescending(segment => segment.Window is null).ThenByDescending(segment => segment.Worst).ThenByDescending(segment => segment.Likely).FirstOrDefault();
                var counted = telling.Where(segment => segment.Likely != State.Unknown && (worst!.Window is not null || segment.Window is null)).ToList();
                var now = worst is null || counted.Count == 0 ? worst ?? Segment.Unseen(at)
                    : worst with { Best = counted.Max(one => one.Best), Likely = counted.Max(one => one.Likely), Worst = counted.Max(one => one.Worst) };
                var isOutage = now.Window is null && (now.Likely == State.Unknown ? inOutage : now.Worst.IsDown());
                if (isOutage && !inOutage) outages++;
                inOutage = isOutage;
                joined.Add(now with { From = at, Outage = isOutage ? outages.ToString(CultureInfo.InvariantCulture) : null });
            }
            var resolution = targets.Any(target => target.Resolution is null) ? null : targets.Max(target => target.Resolution);
            return new TargetHistory(string.Join(", ", targets.Select(target => target.Target)), from, to, resolution, [.. Timeline.Of(joined)]);
        }
    }
}
