using System.Collections.Immutable;
using Nines.Core.Timelines;
using Nines.Ledger.Outages;
using Nines.Ledger.Snapshots;
using NodaTime;

namespace Nines.Ledger;

/// <summary>A segment with its end, clipped to what was asked for.</summary>
/// <param name="From">First instant of it.</param>
/// <param name="To">First instant after it; later than <paramref name="From"/>.</param>
public readonly record struct Stretch(Segment Segment, Instant From, Instant To)
{
    public Duration Length => To - From;

    /// <summary>True for what was seen down, and somebody said that users were served: a policy says which of the two counts.</summary>
    public bool IsDisputed { get; init; }
}

/// <summary>
/// A timeline that grows in place. It says the same as a chain of <see cref="Timeline.Revise"/>, which copies the whole line
/// at each revision; a year of a flapping component has too many for that.
/// </summary>
public sealed class Track
{
    private readonly List<Segment> segments = [];
    private readonly IReadOnlyDictionary<string, Corrections>? corrected;
    private (long Version, ImmutableSortedDictionary<string, CorrectedTime> ByOutage) times = (-1, NoTimes);

    private static readonly ImmutableSortedDictionary<string, CorrectedTime> NoTimes = ImmutableSortedDictionary.Create<string, CorrectedTime>(StringComparer.Ordinal);

    public Track() { }

    /// <param name="corrected">By outage: what people said of it instead of what was judged. Segments keep what was judged.</param>
    internal Track(IReadOnlyDictionary<string, Corrections> corrected) => this.corrected = corrected;

    /// <summary>As they were judged.</summary>
    public IReadOnlyList<Segment> Segments => segments;

    /// <summary>Grows by one at every revision.</summary>
    public long Version { get; private set; }

    public Segment? Last => segments.Count == 0 ? null : segments[^1];

    /// <exception cref="ArgumentException">The segments are not in strictly ascending order, or begin before <paramref name="from"/>.</exception>
    public void Revise(Instant from, IReadOnlyList<Segment> revised)
    {
        if (revised.Count > 0 && revised[0].From < from)
            throw new ArgumentException($"The revision begins at {revised[0].From}, before {from}.", nameof(revised));
        for (var i = 1; i < revised.Count; i++)
            if (revised[i].From <= revised[i - 1].From)
                throw new ArgumentException($"Segment from {revised[i].From} does not follow the one from {revised[i - 1].From}.", nameof(revised));

        var keep = IndexBefore(from);
        segments.RemoveRange(keep, segments.Count - keep);
        foreach (var segment in revised)
            if (segments.Count == 0 || !segments[^1].SaysTheSameAs(segment))
                segments.Add(segment);
        Version++;
    }

    /// <returns>The segment that holds at the instant; null before the first.</returns>
    internal Segment? At(Instant instant)
    {
        var index = IndexBefore(instant);
        if (index < segments.Count && segments[index].From == instant) return segments[index];
        return index == 0 ? null : segments[index - 1];
    }

    /// <summary>Of a new one: all segments of another.</summary>
    internal void CopyFrom(Track other)
    {
        segments.AddRange(other.segments);
        Version++;
    }

    /// <summary>Says something else of [from, to) only; what was said of the time after stays.</summary>
    internal void Replace(Instant from, Instant to, IReadOnlyList<Segment> revised)
    {
        var after = (At(to) ?? Segment.Unseen(to)) with { From = to };
        Revise(from, [.. revised, after, .. segments.Skip(IndexBefore(to)).SkipWhile(segment => segment.From == to)]);
    }

    /// <summary>Of a new one: the segments that were saved.</summary>
    internal void Restore(SnapshotReader from)
    {
        from.Into(segments, from.Segment);
        Version++;
    }

    /// <summary>The stretches of [from, to) in order, without gaps, with their causes and outages as corrected; what lies before the first segment is unseen.</summary>
    public IEnumerable<Stretch> Within(Instant from, Instant to)
    {
        if (corrected is null or { Count: 0 }) return Judged(from, to);
        var stretches = CorrectedTimes.Values.Aggregate(Judged(from, to), (all, time) => all.SelectMany(time.Over));
        return stretches.Select(stretch => stretch.Segment.Outage is { } outage && corrected.TryGetValue(outage, out var said) && said.Cause?.Cause is { } cause
            ? stretch with { Segment = stretch.Segment with { Cause = cause } } : stretch);
    }

    /// <summary>By outage of this track: when it was, as somebody said.</summary>
    internal ImmutableSortedDictionary<string, CorrectedTime> CorrectedTimes
    {
        get
        {
            if (times.Version == Version || corrected is null) return times.ByOutage;
            var found = NoTimes.ToBuilder();
            foreach (var outage in segments.Select(segment => segment.Outage).OfType<string>().Distinct())
                if (corrected.TryGetValue(outage, out var said) && said.Time is { } time && CorrectedTime.Of(outage, time, segments) is { } over) found.Add(outage, over);
            times = (Version, found.ToImmutable());
            return times.ByOutage;
        }
    }

    /// <summary>Something was said of an outage that it may have.</summary>
    internal void Touch() => Version++;

    internal bool Names(string outage) => segments.Exists(segment => segment.Outage == outage);

    /// <summary>As <see cref="Within"/>, with the causes that were judged.</summary>
    internal IEnumerable<Stretch> Judged(Instant from, Instant to)
    {
        if (to <= from) yield break;
        if (segments.Count == 0 || from < segments[0].From)
        {
            var end = segments.Count == 0 ? to : Instant.Min(segments[0].From, to);
            yield return new Stretch(Segment.Unseen(from), from, end);
        }
        var first = IndexBefore(from);
        if (first == segments.Count || segments[first].From > from) first = Math.Max(0, first - 1);
        for (var index = first; index < segments.Count && segments[index].From < to; index++)
        {
            var segment = segments[index];
            var end = index + 1 < segments.Count ? Instant.Min(segments[index + 1].From, to) : to;
            var begin = Instant.Max(segment.From, from);
            if (end > begin) yield return new Stretch(segment, begin, end);
        }
    }

    /// <returns>How many segments begin before the instant.</returns>
    internal int IndexBefore(Instant instant)
    {
        int low = 0, high = segments.Count;
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (segments[middle].From < instant) low = middle + 1;
            else high = middle;
        }
        return low;
    }
}
