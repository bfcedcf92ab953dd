using NodaTime;

namespace Nines.Pricing.Series;

/// <summary>
/// Time cut into equal slots, numbered over all time: of up to an hour each, or the days of a zone, which are 23 to 25 hours long where its
/// clocks change. A slot begins at an instant that belongs to it.
/// </summary>
public sealed class SlotGrid
{
    private static readonly LocalDate Epoch = new(1970, 1, 1);

    private readonly long ticks, anchor;

    /// <param name="length">A minute to an hour; a day for days.</param>
    /// <param name="begins">Any instant at which a slot begins; days begin with the zone's.</param>
    public SlotGrid(DateTimeZone zone, Duration length, Instant begins)
    {
        (Zone, Length, ticks) = (zone, length, length.BclCompatibleTicks);
        anchor = Floor(begins.ToUnixTimeTicks(), ticks).Remainder;
    }

    public DateTimeZone Zone { get; }

    /// <summary>Of a slot; a day is nominally 24 h.</summary>
    public Duration Length { get; }

    public bool IsDaily => ticks == NodaConstants.TicksPerDay;

    /// <summary>How many kinds of slot a week has: 168 hours, 7 days.</summary>
    public int Classes => (int)(NodaConstants.TicksPerWeek / ticks);

    public int ClassesADay => Classes / 7;

    public long IndexOf(Instant at) => IsDaily ? Period.DaysBetween(Epoch, at.InZone(Zone).Date) : Floor(at.ToUnixTimeTicks() - anchor, ticks).Quotient;

    public Instant StartOf(long index) => IsDaily ? Zone.AtStartOfDay(Epoch.PlusDays((int)index)).ToInstant() : Instant.FromUnixTimeTicks(index * ticks + anchor);

    public Instant EndOf(long index) => StartOf(index + 1);

    /// <summary>The local day that a slot begins on.</summary>
    public LocalDate DayOf(long index) => IsDaily ? Epoch.PlusDays((int)index) : StartOf(index).InZone(Zone).Date;

    /// <summary>Which slot of the local week it is: 0 is Monday's first. Where clocks go back an hour of the week comes twice, where they go on it is left out.</summary>
    public int ClassOf(long index)
    {
        if (IsDaily) return (int)DayOf(index).DayOfWeek - 1;
        var local = StartOf(index).InZone(Zone);
        return ((int)local.DayOfWeek - 1) * ClassesADay + (int)(local.TickOfDay / ticks);
    }

    private static (long Quotient, long Remainder) Floor(long value, long divisor)
    {
        var (quotient, rest) = Math.DivRem(value, divisor);
        return rest < 0 ? (quotient - 1, rest + divisor) : (quotient, rest);
    }
}
