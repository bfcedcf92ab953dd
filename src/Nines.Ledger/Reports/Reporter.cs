using System.Collections.Immutable;
using Nines.Core;
using Nines.Ledger.Availability;
using Nines.Ledger.Outages;
using Nines.Ledger.Policies;
using NodaTime;

namespace Nines.Ledger.Reports;

/// <summary>Makes reports from a ledger. Reads only.</summary>
public static class Reporter
{
    /// <param name="from">Null for the first instant watched.</param>
    /// <param name="to">Null, or beyond what is known, for the frontier.</param>
    /// <exception cref="ReportException">There is nothing to report on, the window is empty, or the policy is contradictory.</exception>
    public static Report Make(LedgerProjection ledger, Policy policy, Instant? from = null, Instant? to = null)
    {
        var (begin, end) = WindowOf(ledger, policy, from, to);
        return new Report(ledger.Position, begin, end, policy, [.. ledger.Components.Select(component => Make(component, policy, begin, end))]);
    }

    /// <summary>What is known of a window that was asked for.</summary>
    /// <inheritdoc cref="Make(LedgerProjection, Policy, Instant?, Instant?)"/>
    public static (Instant From, Instant To) WindowOf(LedgerProjection ledger, Policy policy, Instant? from, Instant? to)
    {
        if (policy.Mistakes().FirstOrDefault() is { } mistake)
            throw new ReportException("NIN4013", $"policy {policy.Name}: {mistake}.");
        if (ledger.Frontier is not { } frontier || ledger.WatchedFrom is not { } first)
            throw new ReportException(ReportException.NothingWatched, "the journal: nothing was watched yet, so there is nothing to report. Start with `nines up`.");

        var begin = from ?? first;
        var end = to is { } wanted && wanted < frontier ? wanted : frontier;
        if (begin >= end)
            throw new ReportException("NIN4012", $"the window from {begin} to {to ?? end}: nothing in it is known (watched from {first} to {frontier}). {(to <= begin ? "Choose a --to after --from and after watching began." : "Choose an earlier --from.")}");
        return (begin, end);
    }

    /// <summary>One component over [from, to), which is not empty and known up to <paramref name="to"/> at most.</summary>
    public static ComponentReport Make(ComponentLedger component, Policy policy, Instant from, Instant to)
    {
        var until = Instant.Min(to, component.Frontier ?? from);
        var (availability, coverage, whole) = Measure(component, policy, from, to);
        var reaching = component.Outages.Where(outage => Reaches(outage, from, until)).ToList();
        var outages = reaching.FindAll(outage => !OutageCounting.LeavesOut(outage, policy));
        var closed = outages.FindAll(outage => !outage.IsOpen);

        var began = outages.FindAll(outage => outage.LikelyBegan >= from);

        return new ComponentReport
        {
            Component = component.Id,
            Availability = availability,
            Coverage = coverage,
            Resolution = component.ResolutionBetween(from, until),
            Tally = whole,
            NotYetKnown = to - Instant.Max(until, from),
            Outages = outages.Count,
            OpenOutages = outages.Count - closed.Count,
            RegionalOutages = component.RegionalOutages.Count(outage => Reaches(outage, from, until) && !OutageCounting.LeavesOut(outage, policy)),
            Blips = component.Blips.Count(blip => blip.When.Earliest < until && blip.When.Latest > from),
            ByHand = HandCorrections.Of(reaching),
            FalseAlarmsLeftOut = reaching.Count - outages.Count,
            Longest = outages.MaxBy(outage => outage.Length.Likely),
            MeanTimeToRepair = MeanOf(closed),
            MeanTimeToRepairLimits = LimitsOf(closed),
            MeanTimeToDetect = TimeToOf(began, outage => outage.SaidAt),
            MeanTimeToNotify = TimeToOf(began, outage => outage.NoticedAt),
            MeanTimeToAcknowledge = TimeToOf(began, outage => outage.Acknowledged?.At),
            MeanTimeBetweenFailures = BetweenFailuresOf(began.Count, whole.Window - whole.Unknown),
            LongRunAvailability = LongRunOf(closed.Count(outage => OutageCounting.Of(outage, policy).Counts), whole),
        };
    }

    /// <summary>Of <see cref="Make(ComponentLedger, Policy, Instant, Instant)"/> only the time: for the many short stretches of a longer report.</summary>
    public static SeenTime Measure(ComponentLedger component, Policy policy, Instant from, Instant to)
    {
        var until = Instant.Min(to, component.Frontier ?? from);
        var whole = Voice.OfWhole(component, policy, from, until).Tally(policy);
        var regions = Voice.OfRegions(component, policy, from, until);
        IReadOnlyList<(Tally Tally, decimal Weight)> voices = regions.Length > 0 ? [.. regions.Select(region => (region.Tally(policy), region.Weight))] : [(whole, 1m)];
        return new SeenTime(Share.Of(voices), CoverageOf(voices), whole);
    }

    private static bool Reaches(Outage outage, Instant from, Instant to) => outage.From < to && outage.KnownUntil > from;

    private static decimal CoverageOf(IReadOnlyList<(Tally Tally, decimal Weight)> voices)
    {
        decimal window = 0, seen = 0;
        foreach (var (tally, weight) in voices)
        {
            window += weight * tally.Window.BclCompatibleTicks;
            seen += weight * (tally.Window - tally.Unknown).BclCompatibleTicks;
        }
        return window == 0 ? 0 : Math.Clamp(seen / window, 0, 1);
    }

    private static Length? MeanOf(List<Outage> closed)
    {
        if (closed.Count == 0) return null;
        var sum = closed.Aggregate(Length.Zero, (total, outage) => total + outage.Length);
        return new Length(sum.Shortest / closed.Count, sum.Likely / closed.Count, sum.Longest / closed.Count);
    }

    private static RepairLimits? LimitsOf(List<Outage> closed)
    {
        var lasted = closed.Aggregate(Duration.Zero, (sum, outage) => sum + outage.Length.Likely);
        if (closed.Count == 0 || lasted <= Duration.Zero) return null;
        var (low, high) = Confidence.MeanTimeToRepair(closed.Count, lasted.TotalSeconds);
        return new RepairLimits(Seconds(low), Seconds(high));
    }

    private static TimeTo? TimeToOf(List<Outage> outages, Func<Outage, Instant?> when)
    {
        var known = outages.Where(outage => when(outage) is not null).Select(outage => (Outage: outage, At: when(outage)!.Value)).ToList();
        if (known.Count == 0) return null;
        Duration Since(Instant onset, Instant at) => Duration.Max(Duration.Zero, at - onset);
        var sum = known.Aggregate(Length.Zero, (total, one) => total + new Length(Since(one.Outage.Began.Latest, one.At), Since(one.Outage.LikelyBegan, one.At), Since(one.Outage.Began.Earliest, one.At)));
        return new TimeTo(new Length(sum.Shortest / known.Count, sum.Likely / known.Count, sum.Longest / known.Count), known.Max(one => Since(one.Outage.LikelyBegan, one.At)), known.Count);
    }

    private static BetweenFailures? BetweenFailuresOf(int began, Duration known)
    {
        if (known == Duration.Zero) return null;
        var (low, high) = Confidence.MeanTimeBetweenFailures(began, known.TotalSeconds);
        return new BetweenFailures(began == 0 ? null : known / began, Seconds(low), high is { } limit ? Seconds(limit) : null);
    }

    private static LongRun? LongRunOf(int closed, Tally whole)
    {
        var (down, up) = (whole.Down.Likely, whole.Counted - whole.Down.Likely);
        if (closed == 0 || down <= Duration.Zero || up <= Duration.Zero) return null;
        var (low, high) = Confidence.LongRunAvailability(closed, up.TotalSeconds, down.TotalSeconds);
        // Fifteen digits are what a double turned into a decimal keeps; so few must not make it 100 %.
        return new LongRun((decimal)low, Math.Min((decimal)high, 1 - 1e-15m));
    }

    // Whole milliseconds: the quantiles are good to about ten digits, and a tick more would only look exact.
    private static Duration Seconds(double seconds) => Duration.FromMilliseconds((long)Math.Floor(Math.Min(seconds, 1e12) * 1_000));
}

/// <summary>A report that cannot be made. The message says where, what, why and how to mend it.</summary>
public sealed class ReportException(string code, string message) : Exception(message)
{
    public const string NothingWatched = "NIN4011";

    public string Code { get; } = code;
}
