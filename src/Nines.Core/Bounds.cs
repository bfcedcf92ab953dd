using NodaTime;

namespace Nines.Core;

/// <summary>When something happened: no earlier than <see cref="Earliest"/>, no later than <see cref="Latest"/> (both possible).</summary>
public readonly record struct Bounds
{
    /// <exception cref="ArgumentOutOfRangeException">latest is before earliest.</exception>
    public Bounds(Instant earliest, Instant latest)
    {
        if (latest < earliest) throw new ArgumentOutOfRangeException(nameof(latest), latest, $"is before {earliest}");
        (Earliest, Latest) = (earliest, latest);
    }

    public Instant Earliest { get; }
    public Instant Latest { get; }
    public Duration Uncertainty => Latest - Earliest;

    /// <summary>The instant half-way, rounded down to a tick of 100 ns.</summary>
    public Instant Midpoint => Instant.FromUnixTimeTicks(Earliest.ToUnixTimeTicks() + (Latest - Earliest).BclCompatibleTicks / 2);

    public bool Contains(Instant instant) => Earliest <= instant && instant <= Latest;

    /// <returns>What both have in common; null when they are apart.</returns>
    public Bounds? Intersect(Bounds other)
    {
        var earliest = Instant.Max(Earliest, other.Earliest);
        var latest = Instant.Min(Latest, other.Latest);
        return latest < earliest ? null : new Bounds(earliest, latest);
    }
}
