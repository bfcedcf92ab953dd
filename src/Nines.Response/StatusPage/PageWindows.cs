using System.Collections.Immutable;
using Nines.Core;
using Nines.Core.Components;
using Nines.Ledger;
using NodaTime;

namespace Nines.Response.StatusPage;

/// <summary>Maintenance as the public is told it: when, and of what; why only where that was written for the public. Pure.</summary>
internal static class PageWindows
{
    /// <param name="from">Those that ended before are left out.</param>
    public static ImmutableArray<PageMaintenance> Of(LedgerProjection ledger, PageOptions options, PublicIds ids, Instant from, Instant now) =>
        [.. ledger.Windows.Where(window => window.End >= from && window.DeclaredAt <= now).Select(window => Of(window, options, ids, now)).OfType<PageMaintenance>()];

    /// <summary>The public components that a window concerns, in the order of the page.</summary>
    public static PublicComponent[] ShownOf(ImmutableArray<ComponentId> covered, PageOptions options) => [.. options.Components.Where(component => component.Shows.Any(covered.Contains))];

    private static PageMaintenance? Of(WindowOnRecord window, PageOptions options, PublicIds ids, Instant now)
    {
        var components = ShownOf(window.Components, options);
        if (components.Length == 0) return null;
        var rule = window.By is null ? PageForesight.RuleOf(window.Id, options) : null;
        var cancelled = window.EndedAt is { } ended && ended <= window.From && ended < window.To;
        var phase = cancelled ? MaintenancePhase.Cancelled
            : now < window.From ? MaintenancePhase.Scheduled
            : now < window.End ? MaintenancePhase.InProgress
            : MaintenancePhase.Completed;
        return Named(
            ids.Of("maintenance", window.Id, window.DeclaredAt), components, window.PublicText, options, phase, window.DeclaredAt, window.From, cancelled ? window.EndedAt!.Value : window.End) with
        {
            Series = rule?.Name,
            Repeats = rule is not null && phase == MaintenancePhase.Scheduled ? PageForesight.RepeatsOf(rule, options.Texts, options.Zone, now) : null,
            CalendarId = PageForesight.CalendarIdOf(window, options, ids) ?? ids.Of("maintenance", window.Id, window.DeclaredAt),
        };
    }

    public static PageMaintenance Named(string id, IReadOnlyList<PublicComponent> components, string? publicText, PageOptions options, MaintenancePhase phase, Instant told, Instant from, Instant to) => new(
        id, options.Texts.Fill("maintenance.name", ("components", PageWords.Names(components, options.Texts, most: 2))),
        PageMarkdown.Escape(publicText is not null ? WrittenText.Shown(publicText) : options.Texts.Fill("maintenance.text", ("components", PageWords.Names(components, options.Texts)))),
        phase, told, from, to, [.. components.Select(component => component.Id)]);
}
