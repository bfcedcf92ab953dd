using System.Collections.Immutable;
using Nines.Core;
using Nines.Ledger;
using NodaTime;

namespace Nines.Web.Api;

/// <summary>How much of a UTC day a component likely was in each state.</summary>
/// <param name="InState">By <see cref="State"/>. What is missing to the day was not watched yet, or is still to come.</param>
public sealed record DayTimes(LocalDate Day, ImmutableArray<Duration> InState)
{
    private static readonly int States = Enum.GetValues<State>().Length;

    public Duration this[State state] => InState[(int)state];

    /// <summary>The time of which anything can be said, be it that nobody looked.</summary>
    public Duration Watched { get; } = InState.Aggregate(Duration.Zero, (sum, one) => sum + one);

    /// <summary>The days from <paramref name="first"/> to the one that <paramref name="until"/> lies in.</summary>
    /// <param name="begun">First instant that is watched; what lies before it is in no state.</param>
    public static ImmutableArray<DayTimes> Of(Track track, Instant begun, LocalDate first, Instant until)
    {
        var last = until.InUtc().Date;
        var days = ImmutableArray.CreateBuilder<DayTimes>(Math.Max(0, Period.DaysBetween(first, last) + 1));
        for (var day = first; day <= last; day = day.PlusDays(1)) days.Add(OfOne(track, begun, day, until));
        return days.DrainToImmutable();
    }

    private static DayTimes OfOne(Track track, Instant begun, LocalDate day, Instant until)
    {
        var times = new Duration[States];
        var from = Instant.Max(begun, StartOf(day));
        foreach (var stretch in track.Within(from, Instant.Min(until, StartOf(day.PlusDays(1))))) times[(int)stretch.Segment.Shown] += stretch.Length;
        return new DayTimes(day, [.. times]);
    }

    private static Instant StartOf(LocalDate day) => day.AtStartOfDayInZone(DateTimeZone.Utc).ToInstant();
}
