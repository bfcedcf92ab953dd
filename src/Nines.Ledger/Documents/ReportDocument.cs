using System.Collections.Immutable;
using Nines.Core;
using Nines.Core.Components;
using Nines.Ledger.Policies;
using Nines.Ledger.Reports;
using Nines.Ledger.Text;
using NodaTime;

namespace Nines.Ledger.Documents;

/// <summary>A report as it is handed out (nines.report/1).</summary>
public sealed record ReportDocument(string Schema, long AsOfPosition, Instant From, Instant To, PolicyDocument Policy, ImmutableArray<ComponentReportDocument> Components)
{
    public const string SchemaName = "nines.report/1";

    public static ReportDocument Of(Report report) => new(
        SchemaName,
        report.AsOf.Value,
        report.From,
        report.To,
        PolicyDocument.Of(report.Policy),
        [.. report.Components.Select(ComponentReportDocument.Of)]);
}

public sealed record PolicyDocument(string Name, int Version, string About)
{
    public static PolicyDocument Of(Policy policy) => new(policy.Name, policy.Version, policy.About);
}

/// <summary>Shares are cut off, never rounded up, after twelve decimals; times are in seconds.</summary>
public sealed record ComponentReportDocument
{
    public required ComponentId Component { get; init; }
    public decimal? AvailabilityLow { get; init; }
    public decimal? AvailabilityLikely { get; init; }
    public decimal? AvailabilityHigh { get; init; }
    public required decimal Coverage { get; init; }
    public decimal? ResolutionS { get; init; }
    public required decimal DowntimeShortestS { get; init; }
    public required decimal DowntimeLikelyS { get; init; }
    public required decimal DowntimeLongestS { get; init; }
    public required int Outages { get; init; }
    public required int OpenOutages { get; init; }
    public required int RegionalOutages { get; init; }
    public required int Blips { get; init; }

    /// <summary>Outages that somebody corrected to a false alarm.</summary>
    public required int FalseAlarms { get; init; }

    /// <summary>How many of them are in no count and no mean here, because the policy takes people's word.</summary>
    public required int FalseAlarmsLeftOut { get; init; }

    /// <summary>How long those likely were, as observed.</summary>
    public required decimal FalseAlarmsLikelyS { get; init; }

    /// <summary>Outages of which somebody corrected the onset or the end.</summary>
    public required int BoundsCorrected { get; init; }

    public string? LongestOutage { get; init; }
    public decimal? LongestOutageLikelyS { get; init; }
    public decimal? MeanTimeToRepairLikelyS { get; init; }
    public decimal? MeanTimeToRepairLowS { get; init; }
    public decimal? MeanTimeToRepairHighS { get; init; }
    public TimeToDocument? TimeToDetect { get; init; }
    public TimeToDocument? TimeToNotify { get; init; }
    public TimeToDocument? TimeToAcknowledge { get; init; }
    public decimal? MeanTimeBetweenFailuresLikelyS { get; init; }
    public decimal? MeanTimeBetweenFailuresLowS { get; init; }
    public decimal? MeanTimeBetweenFailuresHighS { get; init; }
    public decimal? LongRunAvailabilityLow { get; init; }
    public decimal? LongRunAvailabilityHigh { get; init; }
    public required decimal KnownS { get; init; }
    public required decimal CountedS { get; init; }
    public required decimal NotYetKnownS { get; init; }

    /// <summary>Likely seconds in each state, every state named.</summary>
    public required ImmutableSortedDictionary<string, decimal> InStateS { get; init; }

    /// <summary>Likely counted downtime in seconds by cause; causes without any are left out.</summary>
    public required ImmutableSortedDictionary<string, decimal> DowntimeByCauseS { get; init; }

    /// <summary>The same by what broke (connection_refused, head_lag, …); time of which nothing says what broke is left out.</summary>
    public required ImmutableSortedDictionary<string, decimal> DowntimeByCodeS { get; init; }

    public static ComponentReportDocument Of(ComponentReport report) => new()
    {
        Component = report.Component,
        AvailabilityLow = DocumentJson.Share(report.Availability?.Low),
        AvailabilityLikely = DocumentJson.Share(report.Availability?.Likely),
        AvailabilityHigh = DocumentJson.Share(report.Availability?.High),
        Coverage = DocumentJson.Share(report.Coverage),
        ResolutionS = Seconds(report.Resolution),
        DowntimeShortestS = DocumentJson.Seconds(report.Tally.Down.Shortest),
        DowntimeLikelyS = DocumentJson.Seconds(report.Tally.Down.Likely),
        DowntimeLongestS = DocumentJson.Seconds(report.Tally.Down.Longest),
        Outages = report.Outages,
        OpenOutages = report.OpenOutages,
        RegionalOutages = report.RegionalOutages,
        Blips = report.Blips,
        FalseAlarms = report.ByHand.FalseAlarms,
        FalseAlarmsLeftOut = report.FalseAlarmsLeftOut,
        FalseAlarmsLikelyS = DocumentJson.Seconds(report.ByHand.FalseAlarmLength.Likely),
        BoundsCorrected = report.ByHand.Bounds,
        LongestOutage = report.Longest?.Id,
        LongestOutageLikelyS = Seconds(report.Longest?.Length.Likely),
        MeanTimeToRepairLikelyS = Seconds(report.MeanTimeToRepair?.Likely),
        MeanTimeToRepairLowS = Seconds(report.MeanTimeToRepairLimits?.Low),
        MeanTimeToRepairHighS = Seconds(report.MeanTimeToRepairLimits?.High),
        TimeToDetect = TimeToDocument.Of(report.MeanTimeToDetect),
        TimeToNotify = TimeToDocument.Of(report.MeanTimeToNotify),
        TimeToAcknowledge = TimeToDocument.Of(report.MeanTimeToAcknowledge),
        MeanTimeBetweenFailuresLikelyS = Seconds(report.MeanTimeBetweenFailures?.Likely),
        MeanTimeBetweenFailuresLowS = Seconds(report.MeanTimeBetweenFailures?.Low),
        MeanTimeBetweenFailuresHighS = Seconds(report.MeanTimeBetweenFailures?.High),
        LongRunAvailabilityLow = DocumentJson.Share(report.LongRunAvailability?.Low),
        LongRunAvailabilityHigh = DocumentJson.Share(report.LongRunAvailability?.High),
        KnownS = DocumentJson.Seconds(report.Tally.Window - report.Tally.Unknown),
        CountedS = DocumentJson.Seconds(report.Tally.Counted),
        NotYetKnownS = DocumentJson.Seconds(report.NotYetKnown),
        InStateS = Enum.GetValues<State>().ToImmutableSortedDictionary(
            state => state.Word().Replace(' ', '_'), state => DocumentJson.Seconds(report.Tally.InState[(int)state]), StringComparer.Ordinal),
        DowntimeByCauseS = Enum.GetValues<CauseKind>().Where(cause => report.Tally.DownByCause[(int)cause] > Duration.Zero).ToImmutableSortedDictionary(
            cause => cause.ToString().ToLowerInvariant(), cause => DocumentJson.Seconds(report.Tally.DownByCause[(int)cause]), StringComparer.Ordinal),
        DowntimeByCodeS = report.Tally.DownByCode.Where(code => code.Key.Length > 0).ToImmutableSortedDictionary(code => code.Key, code => DocumentJson.Seconds(code.Value), StringComparer.Ordinal),
    };

    private static decimal? Seconds(Duration? duration) => duration is { } value ? DocumentJson.Seconds(value) : null;
}

/// <summary>How long something took after the onset of outages; bounds are those of the onsets.</summary>
/// <param name="Outages">How many of the outages it is the mean of.</param>
public sealed record TimeToDocument(decimal MeanShortestS, decimal MeanLikelyS, decimal MeanLongestS, decimal LongestS, int Outages)
{
    public static TimeToDocument? Of(TimeTo? time) => time is null ? null : new(
        DocumentJson.Seconds(time.Mean.Shortest), DocumentJson.Seconds(time.Mean.Likely), DocumentJson.Seconds(time.Mean.Longest), DocumentJson.Seconds(time.Longest), time.Outages);
}
