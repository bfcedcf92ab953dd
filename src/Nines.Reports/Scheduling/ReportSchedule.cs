using Nines.Core.Maintenance;
using Nines.Reports.Periods;
using NodaTime;

namespace Nines.Reports.Scheduling;

/// <summary>When a report is due, and of which period: each period once, whatever its rule, at the first instant that the rule names after its end.</summary>
/// <param name="Kind">Month or week.</param>
/// <param name="Rule">Its windows' starts are the instants; skipped and doubled hours are placed as maintenance is.</param>
/// <param name="Zone">Of the periods too.</param>
public sealed record ReportSchedule(PeriodKind Kind, MaintenanceRule Rule, DateTimeZone Zone)
{
    /// <summary>What is due in (after, until], in order: the period that was over, and when it was due.</summary>
    public IEnumerable<DueReport> Between(Instant after, Instant until)
    {
        if (until <= after) yield break;
        string? last = null;
        foreach (var at in Rule.Occurrences(after, until + Duration.FromTicks(1)).Select(window => window.From).Where(at => at > after && at <= until))
        {
            var period = ReportPeriod.Containing(at, Kind, Zone).Before();
            if (period.Name != last) yield return new DueReport(period, at);
            last = period.Name;
        }
    }
}

public sealed record DueReport(ReportPeriod Period, Instant At);
