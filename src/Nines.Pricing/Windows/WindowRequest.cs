using System.Collections.Immutable;
using Nines.Core.Components;
using Nines.Core.Time;
using NodaTime;

namespace Nines.Pricing.Windows;

/// <summary>A maintenance window that is looked for.</summary>
public sealed record WindowRequest
{
    /// <summary>Longest horizon, and most starts that are tried.</summary>
    internal static readonly Duration LongestHorizon = Duration.FromDays(92);
    internal const int MostStarts = 50_000;

    /// <summary>What is taken down on purpose; null for everything that has a price.</summary>
    public ComponentId? Component { get; init; }

    public required Instant Now { get; init; }
    public required Duration Length { get; init; }

    /// <summary>The window ends within this time from now.</summary>
    public required Duration Horizon { get; init; }

    /// <summary>Between two starts that are tried: at whole multiples since midnight in <see cref="Zone"/>.</summary>
    public required Duration Every { get; init; }

    /// <summary>What hours and days are of.</summary>
    public required DateTimeZone Zone { get; init; }

    /// <summary>The window lies within these local hours, which may go over midnight; null for any.</summary>
    public (LocalTime From, LocalTime To)? Hours { get; init; }

    /// <summary>Local days on which the window begins; empty for any.</summary>
    public ImmutableArray<IsoDayOfWeek> Days { get; init; } = [];

    /// <exception cref="PricingException">NIN4268: it cannot be met.</exception>
    internal void Check()
    {
        if (Length <= Duration.Zero || Every < Duration.FromMinutes(1) || Every > Duration.FromDays(1)) throw Wrong($"a window of {DurationText.Print(Length)} every {DurationText.Print(Every)} cannot be tried. A window has a length, and starts are a minute to a day apart.");
        if (Horizon > LongestHorizon) throw Wrong($"{DurationText.Print(Horizon)} ahead is farther than {DurationText.Print(LongestHorizon)}, the farthest that is looked.");
        if (Length > Horizon) throw Wrong($"a window of {DurationText.Print(Length)} does not fit into the next {DurationText.Print(Horizon)}. Make --next longer.");
        if (Horizon / Every > MostStarts) throw Wrong($"{DurationText.Print(Horizon)} has more than {MostStarts:N0} starts {DurationText.Print(Every)} apart. Make --every longer.");
    }

    /// <summary>The starts to try, in order.</summary>
    internal IEnumerable<Instant> Starts()
    {
        var last = Now + Horizon - Length;
        for (var day = Now.InZone(Zone).Date; ; day = day.PlusDays(1))
        {
            var (midnight, next) = (Zone.AtStartOfDay(day).ToInstant(), Zone.AtStartOfDay(day.PlusDays(1)).ToInstant());
            if (midnight > last) yield break;
            for (var start = midnight; start < next && start <= last; start += Every)
                if (start >= Now && Allows(start)) yield return start;
        }
    }

    private bool Allows(Instant start)
    {
        var begins = start.InZone(Zone);
        if (!Days.IsEmpty && !Days.Contains(begins.DayOfWeek)) return false;
        if (Hours is not { } hours) return true;
        if (begins.TimeOfDay < hours.From && (hours.To > hours.From || begins.TimeOfDay >= hours.To)) return false;
        if (hours.To > hours.From && begins.TimeOfDay >= hours.To) return false;
        // The hours that the start lies in end today, or tomorrow where they go over midnight and it is not midnight yet.
        var closes = begins.Date.PlusDays(hours.To <= hours.From && begins.TimeOfDay >= hours.From ? 1 : 0) + hours.To;
        return start + Length <= Zone.AtLeniently(closes).ToInstant();
    }

    internal static PricingException Wrong(string what) => new("NIN4268", char.ToUpperInvariant(what[0]) + what[1..]);
}
