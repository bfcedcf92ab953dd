using System.Collections.Immutable;
using Nines.Core;
using Nines.Ledger.Policies;
using NodaTime;

namespace Nines.Ledger.Availability;

/// <summary>
/// Time in states over a window, under a policy. Tallies of neighbouring windows add up to the tally of both together.
/// </summary>
public sealed record Tally
{
    /// <summary>Likely time in each state as shown, by <see cref="State"/>; it sums to <see cref="Window"/>.</summary>
    public required ImmutableArray<Duration> InState { get; init; }

    /// <summary>The time that was looked at.</summary>
    public required Duration Window { get; init; }

    /// <summary>Time that availability is a share of: seen, and not excluded by the policy.</summary>
    public required Duration Counted { get; init; }

    /// <summary>Time with users not served, of the counted time.</summary>
    public required Length Down { get; init; }

    /// <summary>Ticks of 100 ns lost, by weight: surely.</summary>
    public required decimal LostSurely { get; init; }

    public required decimal LostLikely { get; init; }

    public required decimal LostPossibly { get; init; }

    /// <summary>Likely counted downtime by <see cref="CauseKind"/>.</summary>
    public required ImmutableArray<Duration> DownByCause { get; init; }

    /// <summary>Likely counted downtime by <see cref="Core.Timelines.Cause.Code"/>, and "" for that of which nothing says what broke.</summary>
    public required ImmutableSortedDictionary<string, Duration> DownByCode { get; init; }

    public Duration Unknown => InState[(int)State.Unknown];

    /// <summary>Share of the window that was seen.</summary>
    /// <value>0 to 1; 0 for an empty window.</value>
    public decimal Coverage => Window == Duration.Zero ? 0 : (decimal)(Window - Unknown).BclCompatibleTicks / Window.BclCompatibleTicks;

    public static readonly Tally Empty = new()
    {
        InState = [.. new Duration[Enum.GetValues<State>().Length]],
        Window = Duration.Zero,
        Counted = Duration.Zero,
        Down = Length.Zero,
        LostSurely = 0,
        LostLikely = 0,
        LostPossibly = 0,
        DownByCause = [.. new Duration[Enum.GetValues<CauseKind>().Length]],
        DownByCode = ByCode([]),
    };

    /// <param name="stretches">In order, without gaps.</param>
    /// <param name="blips">Where a blip possibly was, apart from each other, in order; only read when the policy gives blips a weight.</param>
    /// <param name="partial">Where some region was down; only read when the policy gives partial outages a weight.</param>
    public static Tally Of(IEnumerable<Stretch> stretches, Policy policy, IReadOnlyList<Interval>? blips = null, PartialOutages? partial = null)
    {
        var inState = new Duration[Enum.GetValues<State>().Length];
        var byCause = new Duration[Enum.GetValues<CauseKind>().Length];
        var byCode = new Dictionary<string, Duration>(StringComparer.Ordinal);
        var (window, counted, down) = (Duration.Zero, Duration.Zero, Length.Zero);
        decimal surely = 0, likely = 0, possibly = 0;

        foreach (var lost in Weighing.Of(stretches, policy, new Beside(policy, blips, partial)))
        {
            var (segment, length) = (lost.Stretch.Segment, lost.Stretch.Length);
            inState[(int)segment.Shown] += length;
            window += length;
            if (!lost.Counted) continue;
            counted += length;
            if (lost.Waived) continue;

            down += new Length(segment.Best.IsDown() ? length : Duration.Zero, segment.Likely.IsDown() ? length : Duration.Zero, segment.Worst.IsDown() ? length : Duration.Zero);
            if (segment.Likely.IsDown())
            {
                byCause[(int)(segment.Cause?.Kind ?? CauseKind.Unexplained)] += length;
                var code = segment.Cause?.Code ?? "";
                byCode[code] = byCode.GetValueOrDefault(code) + length;
            }
            decimal ticks = length.BclCompatibleTicks;
            surely += lost.Surely * ticks;
            likely += lost.Likely * ticks;
            possibly += lost.Possibly * ticks;
        }

        return new Tally
        {
            InState = [.. inState],
            Window = window,
            Counted = counted,
            Down = down,
            LostSurely = surely,
            LostLikely = likely,
            LostPossibly = possibly,
            DownByCause = [.. byCause],
            DownByCode = ByCode(byCode),
        };
    }

    public Tally Plus(Tally other) => new()
    {
        InState = [.. InState.Zip(other.InState, (a, b) => a + b)],
        Window = Window + other.Window,
        Counted = Counted + other.Counted,
        Down = Down + other.Down,
        LostSurely = LostSurely + other.LostSurely,
        LostLikely = LostLikely + other.LostLikely,
        LostPossibly = LostPossibly + other.LostPossibly,
        DownByCause = [.. DownByCause.Zip(other.DownByCause, (a, b) => a + b)],
        DownByCode = ByCode(DownByCode.Concat(other.DownByCode).GroupBy(one => one.Key).Select(code => KeyValuePair.Create(code.Key, code.Aggregate(Duration.Zero, (sum, one) => sum + one.Value)))),
    };

    private static ImmutableSortedDictionary<string, Duration> ByCode(IEnumerable<KeyValuePair<string, Duration>> codes) => codes.ToImmutableSortedDictionary(StringComparer.Ordinal);

    /// <summary>Intervals that touch or overlap joined into one, in order.</summary>
    public static ImmutableArray<Interval> Join(IEnumerable<Interval> intervals)
    {
        var joined = ImmutableArray.CreateBuilder<Interval>();
        foreach (var interval in intervals.OrderBy(interval => interval.Start))
        {
            if (joined.Count > 0 && joined[^1].End >= interval.Start) joined[^1] = new Interval(joined[^1].Start, Instant.Max(joined[^1].End, interval.End));
            else joined.Add(interval);
        }
        return joined.ToImmutable();
    }
}
