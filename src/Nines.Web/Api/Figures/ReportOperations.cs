using System.Collections.Immutable;
using Nines.Core.Components;
using Nines.Ledger;
using Nines.Reports.Monthly;
using Nines.Reports.Periods;
using Nines.Web.Live;
using NodaTime;

namespace Nines.Web.Api.Figures;

/// <summary>Reports for people, made of what is on record.</summary>
public sealed class ReportOperations(LongReading reading, ConsoleOptions console)
{
    /// <param name="period">2026-05, 2026-W19, 2026-Q2, 2026, or two dates with '..' between; null for the last month that is over, where anything of it is on record.</param>
    /// <param name="zone">IANA; null for UTC.</param>
    /// <param name="only">Empty for all.</param>
    /// <exception cref="ApiProblem">No period, no zone, or no such policy.</exception>
    /// <exception cref="Ledger.Reports.ReportException">Nothing of the period is known.</exception>
    public Task<MonthlyReport> PeriodAsync(string? period, string? zone, string? policy, ImmutableArray<ComponentId> only, CancellationToken cancellation) => reading.ReadAsync((ledger, _) =>
    {
        var place = LedgerTerms.ZoneNamed(zone);
        var of = period is null ? LastOnRecord(ledger, place) : ReportPeriod.Parse(period, place)
            ?? throw new ApiProblem(400, "NIN4291", "No period", $"'{period}' is not a period.", "Try 2026-05, 2026-W19, 2026-Q2, 2026, or 2026-05-01..2026-05-08; at most ten years.");
        return Task.FromResult(MonthlyMaker.Make(ledger, new MonthlyRequest(of, AskedPolicy.Of(ledger, policy))
        {
            Plan = console.Pricing(ledger),
            Only = only.IsEmpty ? null : [.. only],
            Selection = only.IsEmpty ? null : string.Join(' ', only.Select(id => $"component={id}")),
        }));
    }, cancellation);

    private static ReportPeriod LastOnRecord(LedgerProjection ledger, DateTimeZone zone)
    {
        if (ledger.Frontier is not { } frontier) throw new Ledger.Reports.ReportException(Ledger.Reports.ReportException.NothingWatched, "Nothing was watched yet.");
        var current = ReportPeriod.Containing(frontier, PeriodKind.Month, zone);
        var last = current.Before();
        return ledger.WatchedFrom < last.To ? last : current;
    }
}
