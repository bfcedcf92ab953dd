using NodaTime;

namespace Nines.Probing.Scheduling;

/// <summary>How hard the schedule may work, and how hard it may press a provider.</summary>
public sealed record ScheduleOptions
{
    /// <summary>Most looks that run at the same time, over all probes.</summary>
    /// <value>512; 1 to 100,000.</value>
    public int MaxConcurrent { get; init; } = 512;

    /// <summary>Time between the looks of one probe from one vantage point while its component is sharpened.</summary>
    /// <value>1 s; 100 ms to 1 h.</value>
    public Duration SharpEvery { get; init; } = Duration.FromSeconds(1);

    /// <summary>Least time between two sharpened looks at one provider from one vantage point, over all probes;
    /// the one look at once that begins the sharpening apart.</summary>
    /// <value>1 s; 100 ms to 1 h.</value>
    public Duration SharpSpacing { get; init; } = Duration.FromSeconds(1);

    /// <summary>Most extra looks (sharpened, or set off by a tripwire or by somebody who asks) at one provider within any second, over all vantage points.
    /// The regular schedule is not held back by it and does not count.</summary>
    /// <value>20; 1 to 10,000.</value>
    public int ExtraPerSecond { get; init; } = 20;

    /// <summary>Most looks that a slot's tripwire sets off within any second.</summary>
    /// <value>4; 1 to 100.</value>
    public int TripwirePerSecond { get; init; } = 4;

    /// <summary>How long a cancelled look may take to come back before it is abandoned.</summary>
    /// <value>1 s; 10 ms to 1 min.</value>
    public Duration Grace { get; init; } = Duration.FromSeconds(1);

    /// <summary>Longest time that the control check after a failed look may take.</summary>
    /// <value>5 s; 10 ms to 1 min.</value>
    public Duration CheckLimit { get; init; } = Duration.FromSeconds(5);

    /// <exception cref="ArgumentOutOfRangeException">A value is outside its range.</exception>
    public void Require()
    {
        Within(MaxConcurrent, 1, 100_000, nameof(MaxConcurrent));
        Within(SharpEvery, Duration.FromMilliseconds(100), Duration.FromHours(1), nameof(SharpEvery));
        Within(SharpSpacing, Duration.FromMilliseconds(100), Duration.FromHours(1), nameof(SharpSpacing));
        Within(ExtraPerSecond, 1, 10_000, nameof(ExtraPerSecond));
        Within(TripwirePerSecond, 1, 100, nameof(TripwirePerSecond));
        Within(Grace, Duration.FromMilliseconds(10), Duration.FromMinutes(1), nameof(Grace));
        Within(CheckLimit, Duration.FromMilliseconds(10), Duration.FromMinutes(1), nameof(CheckLimit));
    }

    private static void Within<T>(T value, T least, T most, string name) where T : IComparable<T>
    {
        if (value.CompareTo(least) < 0 || value.CompareTo(most) > 0)
            throw new ArgumentOutOfRangeException(name, value, $"is not within {least} to {most}");
    }
}
