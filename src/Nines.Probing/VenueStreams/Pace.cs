using NodaTime;

namespace Nines.Probing.VenueStreams;

/// <summary>How fast a stream speaks: the gaps between its last messages. Not safe from several threads.</summary>
internal sealed class Pace
{
    /// <summary>Fewer gaps say nothing about what is usual.</summary>
    public const int Enough = 20;

    private const int Kept = 101;

    private readonly List<Duration> gaps = new(Kept);
    private int next;
    private Instant? last;

    /// <summary>A connection ended: the time until the next one is not the stream's pace.</summary>
    public void Pause() => last = null;

    public void Heard(Instant at)
    {
        if (last is { } before)
        {
            var gap = Duration.Max(Duration.Zero, at - before);
            if (gaps.Count < Kept) gaps.Add(gap);
            else gaps[next] = gap;
            next = (next + 1) % Kept;
        }
        last = at;
    }

    /// <summary>Null until there are enough.</summary>
    public Duration? Median => gaps.Count < Enough ? null : gaps.Order().ElementAt(gaps.Count / 2);
}

/// <summary>
/// Whether REST moves on while the stream is silent. The stream is abreast of it at its last message, and for as long after that as REST is
/// seen to stand still. Not safe from several threads.
/// </summary>
internal sealed class Progress
{
    private Instant? message;
    private Instant still;
    private (Instant At, string Value)? read;
    private bool moved;

    /// <param name="at">When REST was read.</param>
    /// <param name="value">What it said.</param>
    /// <param name="lastMessage">The stream's last message at that moment.</param>
    public void Read(Instant at, string value, Instant lastMessage)
    {
        if (message != lastMessage) (message, still, moved) = (lastMessage, lastMessage, false);
        // Only two readings that both came after the message can show that REST went on without the stream.
        if (!moved && read is { } before && before.At >= lastMessage)
        {
            if (before.Value == value) still = at;
            else moved = true;
        }
        read = (at, value);
    }

    /// <param name="lastMessage">The stream's last message.</param>
    /// <returns>When the stream was last known to be abreast of REST; null unless REST has been seen to go on without it.</returns>
    public Instant? Abreast(Instant lastMessage) => moved && message == lastMessage ? still : null;
}
