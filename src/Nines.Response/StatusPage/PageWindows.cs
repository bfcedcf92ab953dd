using System.Collections.Immutable;
using Nines.Core;
using Nines.Ledger;
using NodaTime;

namespace Nines.Response.StatusPage;

/// <summary>Maintenance as the public is told it: when, and of what; why only where that was written for the public. Pure.</summary>
internal static class PageWindows
{
    /// <param name="from">Those that ended before are left out.</param>
    public static ImmutableArray<PageMaintenance> Of(LedgerProjection ledger, PageOptions options, PublicIds ids, Instant from, Instant now) =>
        [.. ledger.Windows.Where(window => window.End >= from && window.DeclaredAt <= now).Select(window => Of(window, options, ids, now)).OfType<PageMaintenance>()];

    private static PageMaintenance? Of(WindowOnRecord window, PageOptions options, PublicIds ids, Instant now)
    {
        var components = options.Components.Where(component => component.Shows.Any(window.Components.Contains)).ToArray();
        if (components.Length == 0) return null;
        var cancelled = window.EndedAt is { } ended && ended <= window.From && ended < window.To;
        var phase = cancelled ? MaintenancePhase.Cancelled
            : now < window.From ? MaintenancePhase.Scheduled
            : now < window.End ? MaintenancePhase.InProgress
            : MaintenancePhase.Completed;
        var names = PageWords.Names(components, options.Texts);
        return new PageMaintenance(
            ids.Of("maintenance", window.Id, window.DeclaredAt),
            options.Texts.Fill("maintenance.name", ("components", PageWords.Names(components, options.Texts, most: 2))),
            PageMarkdown.Escape(window.PublicText is { } told ? WrittenText.Shown(told) : options.Texts.Fill("maintenance.text", ("components", names))),
            phase, window.DeclaredAt, window.From, cancelled ? window.EndedAt!.Value : window.End,
            [.. components.Select(component => component.Id)]);
    }
}
