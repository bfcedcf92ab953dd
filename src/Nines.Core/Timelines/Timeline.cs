using System.Collections;
using System.Collections.Immutable;
using NodaTime;

namespace Nines.Core.Timelines;

/// <summary>
/// A component's states over time: segments in order, each lasting until the next, the last one open. Before the first
/// segment nothing was seen. Neighbours that say the same are one.
/// </summary>
public sealed class Timeline : IReadOnlyList<Segment>
{
    public static readonly Timeline Empty = new([]);

    private readonly ImmutableArray<Segment> segments;

    private Timeline(ImmutableArray<Segment> segments) => this.segments = segments;

    /// <param name="segments">In strictly ascending order of <see cref="Segment.From"/>.</param>
    /// <exception cref="ArgumentException">The segments are not in strictly ascending order.</exception>
    public static Timeline Of(IEnumerable<Segment> segments)
    {
        var joined = ImmutableArray.CreateBuilder<Segment>();
        Segment? last = null;
        foreach (var segment in segments)
        {
            if (last is not null && segment.From <= last.From)
                throw new ArgumentException($"Segment from {segment.From} does not follow the one from {last.From}.", nameof(segments));
            if (joined.Count == 0 || !joined[^1].SaysTheSameAs(segment)) joined.Add(segment);
            last = segment;
        }
        return new Timeline(joined.ToImmutable());
    }

    public int Count => segments.Length;
    public Segment this[int index] => segments[index];

    /// <summary>This timeline up to <paramref name="from"/>, and <paramref name="revised"/> from there on: how a superseding fact is applied.</summary>
    public Timeline Revise(Instant from, IReadOnlyList<Segment> revised)
    {
        if (revised.Count > 0 && revised[0].From < from)
            throw new ArgumentException($"The revision begins at {revised[0].From}, before {from}.", nameof(revised));
        return Of(segments.TakeWhile(segment => segment.From < from).Concat(revised));
    }

    /// <returns>The segment that holds at the instant (an instant at a border belongs to the later one); null before the first.</returns>
    public Segment? At(Instant instant)
    {
        var index = IndexAt(instant);
        return index < 0 ? null : segments[index];
    }

    /// <summary>The stretches of [from, to), each with its end, clipped to it; what lies before the first segment is unseen.</summary>
    public IEnumerable<(Segment Segment, Instant To)> Within(Instant from, Instant to)
    {
        if (to <= from) yield break;
        var index = IndexAt(from);
        if (index < 0)
        {
            var end = segments.Length == 0 ? to : Instant.Min(segments[0].From, to);
            yield return (Segment.Unseen(from), end);
            index = 0;
        }
        for (; index < segments.Length && segments[index].From < to; index++)
        {
            var segment = segments[index];
            var end = index + 1 < segments.Length ? Instant.Min(segments[index + 1].From, to) : to;
            yield return (segment.From < from ? segment with { From = from } : segment, end);
        }
    }

    public IEnumerator<Segment> GetEnumerator() => ((IEnumerable<Segment>)segments).GetEnumerator();
    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    private int IndexAt(Instant instant)
    {
        int low = 0, high = segments.Length - 1;
        while (low <= high)
        {
            var middle = (low + high) / 2;
            if (segments[middle].From <= instant) low = middle + 1;
            else high = middle - 1;
        }
        return high;
    }
}
