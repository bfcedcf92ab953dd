using System.Collections.Immutable;
using Nines.Ledger;
using Nines.Ledger.Documents;
using Nines.Ledger.Outages;
using NodaTime;

namespace Nines.Reports.Monthly;

/// <summary>Planned work in a stretch of time: what was declared, what it did, and what overran.</summary>
internal static class MaintenanceLines
{
    public static IEnumerable<MaintenanceLine> Of(LedgerProjection ledger, ImmutableArray<ComponentLedger> components, Instant from, Instant to)
    {
        var asked = components.Select(component => component.Id).ToHashSet();
        var kept = components.SelectMany(component => component.Maintenance).ToLookup(one => one.Window, StringComparer.Ordinal);
        foreach (var window in ledger.Windows.Where(window => window.From < to && window.End > from && window.Components.Any(asked.Contains)))
        {
            var notUp = kept[window.Id].Aggregate(Duration.Zero, (sum, one) => sum + Within(one, from, to));
            yield return new MaintenanceLine(
                window.Id, [.. window.Components.Where(asked.Contains)], window.From, window.To, window.End, window.By, window.Reason, DocumentJson.Seconds(notUp),
                [.. kept[window.Id].SelectMany(one => OverrunsOf(ledger, one))]);
        }
    }

    private static IEnumerable<OverrunLine> OverrunsOf(LedgerProjection ledger, Maintained window) =>
        (ledger.Find(window.Component)?.Outages ?? []).Where(outage => outage.Began.Earliest == window.To && outage.Causes.Any(share => share.Cause.Kind == Core.CauseKind.Maintenance))
            .Select(outage => new OverrunLine(outage.Id, outage.Component, Told.Of(outage.Length)));

    private static Duration Within(Maintained one, Instant from, Instant to)
    {
        var (begin, end) = (Instant.Max(one.From, from), Instant.Min(one.To, to));
        return end > begin ? end - begin : Duration.Zero;
    }
}
