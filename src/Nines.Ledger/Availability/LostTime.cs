using Nines.Core.Timelines;
using Nines.Ledger.Policies;
using NodaTime;

namespace Nines.Ledger.Availability;

/// <summary>A stretch of time of which a share was lost for users, as a policy weighs it.</summary>
/// <param name="To">First instant after it; later than <paramref name="From"/>.</param>
/// <param name="Surely">Share that was surely lost, 0 to 1.</param>
/// <param name="Likely">Share that was likely lost; not below <paramref name="Surely"/>, but where the time is unseen: then 0.</param>
/// <param name="Possibly">Share that was possibly lost; not below <paramref name="Likely"/>.</param>
public readonly record struct LostSpan(Instant From, Instant To, decimal Surely, decimal Likely, decimal Possibly)
{
    /// <summary>The outage that it is part of; null for time that was lost without one: degraded, a blip, a region's outage.</summary>
    public string? Outage { get; init; }

    public Cause? Cause { get; init; }

    /// <summary>How much of <see cref="Possibly"/> is there only because nobody saw: a hole in an outage. Availability leaves that time out.</summary>
    public decimal Unseen { get; init; }

    public Duration Length => To - From;
}

/// <summary>What lost time is a share of, in seconds; over regions weighted as lost time is.</summary>
/// <param name="CountedS">Seen, and not excluded by the policy.</param>
/// <param name="UnknownS">Judged and not seen.</param>
/// <param name="WindowS">All that was judged.</param>
public readonly record struct JudgedTime(decimal CountedS, decimal UnknownS, decimal WindowS);

/// <summary>
/// From timelines to the time that was lost. It agrees with <see cref="Tally"/>, which availability is made of, but for one thing: a
/// hole in an outage is in no availability, and here it is possibly lost (TRUTH 8: unknown is possibly down). Pure.
/// </summary>
public static class LostTime
{
    /// <returns>In order, apart from each other, none of them empty; only where a share may have been lost.</returns>
    public static IReadOnlyList<LostSpan> Of(ComponentLedger component, Policy policy, Instant from, Instant to) =>
    [
        .. WeighedSpans.Of(component, policy, from, to).Where(span => span.Loses || span.Hole > 0)
            .Select(span => new LostSpan(span.From, span.To, span.Surely, span.Likely, span.Possibly + span.Hole) { Outage = span.Outage, Cause = span.Segment.Cause, Unseen = span.Hole }),
    ];

    /// <summary>1 − lost / counted is the availability that reports state, when <see cref="LostSpan.Unseen"/> is left out of what was lost.</summary>
    public static JudgedTime JudgedOf(ComponentLedger component, Policy policy, Instant from, Instant to)
    {
        var until = Instant.Min(to, component.Frontier ?? from);
        return WeighedSpans.Of(component, policy, from, until).Aggregate(default(JudgedTime), (sum, span) =>
            new JudgedTime(sum.CountedS + span.Counted * Seconds(span.Length), sum.UnknownS + span.Unknown * Seconds(span.Length), sum.WindowS + Seconds(span.Length)));
    }

    // Nanoseconds: of many pieces cut to ticks the sum would lack some.
    private static decimal Seconds(Duration duration) => (decimal)duration.ToInt64Nanoseconds() / NodaConstants.NanosecondsPerSecond;
}
