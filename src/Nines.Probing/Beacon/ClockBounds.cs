using NodaTime;

namespace Nines.Probing.Beacon;

/// <summary>
/// How far a server's clock is from ours, as its Date headers tell: each says only a whole second, but each bounds the same difference, and where the
/// seconds change between many of them the bounds close in on it.
/// </summary>
internal sealed class ClockBounds
{
    private const int Kept = 64;

    private static readonly Duration Granularity = Duration.FromSeconds(1);

    private readonly Queue<(Duration Least, Duration Most)> seen = new(Kept);

    public void Add(Instant date, Instant sent, Instant received)
    {
        if (seen.Count == Kept) seen.Dequeue();
        seen.Enqueue((date - received, date + Granularity - sent));
        // One of the clocks was set: what came before is about another difference.
        while (Least > Most) seen.Dequeue();
    }

    private Duration Least => seen.Max(bound => bound.Least);
    private Duration Most => seen.Min(bound => bound.Most);

    /// <summary>The middle of what is possible; null when nothing is known.</summary>
    public Duration? Offset => seen.Count == 0 ? null : (Least + Most) / 2;

    /// <summary>The difference that is there for sure; zero when none may be.</summary>
    public Duration Surely => seen.Count == 0 ? Duration.Zero : Least > Duration.Zero ? Least : Most < Duration.Zero ? -Most : Duration.Zero;
}
