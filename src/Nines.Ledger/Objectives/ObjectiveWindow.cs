using NodaTime;
using NodaTime.TimeZones;

namespace Nines.Ledger.Objectives;

public enum CalendarUnit
{
    Day,
    Week,
    Month,
}

/// <summary>The time over which an objective is to be kept.</summary>
public abstract record ObjectiveWindow
{
    /// <summary>Shortest and longest window.</summary>
    public static readonly Duration Shortest = Duration.FromHours(1), Longest = Duration.FromDays(731);

    private static readonly ZoneLocalMappingResolver Placing = Resolvers.CreateMappingResolver(Resolvers.ReturnEarlier, Resolvers.ReturnForwardShifted);

    private ObjectiveWindow() { }

    /// <summary>The window that the instant is judged by.</summary>
    public abstract Interval At(Instant instant);

    /// <summary>What is wrong with it; null when nothing is.</summary>
    public abstract string? Mistake { get; }

    /// <summary>Always the last so much time; what happened leaves it again.</summary>
    public sealed record Rolling(Duration Length) : ObjectiveWindow
    {
        public override Interval At(Instant instant) => new(instant - Length, instant);

        public override string? Mistake => Length < Shortest || Length > Longest ? "A rolling window is 1h to 731d long"
            : Length.BclCompatibleTicks % NodaConstants.TicksPerMinute != 0 ? "A rolling window is whole minutes long"
            : null;

        public override string ToString() => Core.Time.DurationText.Print(Length);
    }

    /// <summary>One after the other, from <paramref name="Start"/> on: each begins with a whole budget. The last before it count too: the calendar has no beginning.</summary>
    /// <param name="Count">How many units one window has: a quarter is 3 months, a year 12.</param>
    /// <param name="Start">The local time at which one of them begins. A day that a month lacks is its last.</param>
    public sealed record Calendar(CalendarUnit Unit, int Count, LocalDateTime Start, DateTimeZone Zone) : ObjectiveWindow
    {
        /// <summary>A window that begins with the calendar's own units: Monday, the first of the month, of January, of the quarter.</summary>
        public static Calendar Aligned(CalendarUnit unit, int count, DateTimeZone zone) =>
            new(unit, count, unit == CalendarUnit.Week ? new LocalDateTime(2001, 1, 1, 0, 0) : new LocalDateTime(2000, 1, 1, 0, 0), zone);

        public override Interval At(Instant instant)
        {
            var local = instant.InZone(Zone).LocalDateTime;
            var days = Period.Between(Start.Date, local.Date, PeriodUnits.Days).Days;
            var number = Unit switch
            {
                CalendarUnit.Day => days / Count,
                CalendarUnit.Week => days / (7 * Count),
                CalendarUnit.Month => ((local.Year - Start.Year) * 12 + local.Month - Start.Month) / Count,
            };
            // The estimate is at most a window off: the start's own day and time, and the zone's changes, decide.
            while (Begin(number) > instant) number--;
            while (Begin(number + 1) <= instant) number++;
            return new Interval(Begin(number), Begin(number + 1));
        }

        private Instant Begin(int number) => Zone.ResolveLocal(Unit switch
        {
            CalendarUnit.Day => Start.PlusDays(number * Count),
            CalendarUnit.Week => Start.PlusWeeks(number * Count),
            CalendarUnit.Month => Start.PlusMonths(number * Count),
        }, Placing).ToInstant();

        public override string? Mistake => Count < 1 || Count * DaysOf(Unit) > Longest.TotalDays ? "A calendar window is 1d to 24 months long"
            : Start.Year is < 1970 or > 2200 ? "A calendar begins in the years 1970 to 2200"
            : null;

        private static int DaysOf(CalendarUnit unit) => unit switch { CalendarUnit.Day => 1, CalendarUnit.Week => 7, CalendarUnit.Month => 30 };

        public override string ToString() => (Unit, Count) switch
        {
            (CalendarUnit.Day, 1) => "day",
            (CalendarUnit.Day, _) => $"{Count} days",
            (CalendarUnit.Week, 1) => "week",
            (CalendarUnit.Week, _) => $"{Count} weeks",
            (CalendarUnit.Month, 1) => "month",
            (CalendarUnit.Month, 3) => "quarter",
            (CalendarUnit.Month, 12) => "year",
            (CalendarUnit.Month, _) => $"{Count} months",
        };
    }
}
