using System.Collections.Immutable;
using Nines.Core;
using Nines.Core.Facts;
using Nines.Ledger;
using Nines.Ledger.Availability;
using NodaTime;

namespace Nines.Response.StatusPage;

/// <summary>How a public component is. From <see cref="Operational"/> to <see cref="MajorOutage"/> better to worse; the others stand beside them.</summary>
public enum PageState
{
    Operational,
    Degraded,
    /// <summary>Some users are not served: from a region, or because one of several parts is down.</summary>
    PartialOutage,
    MajorOutage,
    Maintenance,
    /// <summary>Nobody looked, or not since a while: neither operational nor not.</summary>
    Unknown,
}

/// <summary>Everything that the public is told at one time; pages, feeds and the API are made of it and of nothing else.</summary>
public sealed record PageContent
{
    public required PageOptions Options { get; init; }

    /// <summary>Until when everything was judged; null while nothing was watched.</summary>
    public required Instant? AsOf { get; init; }

    /// <summary>When it was made.</summary>
    public required Instant MadeAt { get; init; }

    /// <summary>In the order of the options.</summary>
    public required ImmutableArray<ComponentOnPage> Components { get; init; }

    /// <summary>The newest first, as far back as the history goes; unresolved ones of any age.</summary>
    public required ImmutableArray<PageIncident> Incidents { get; init; }

    /// <summary>In order of their beginning, as far back as the history goes.</summary>
    public required ImmutableArray<PageMaintenance> Maintenance { get; init; }

    /// <summary>The same in the page's other languages.</summary>
    public ImmutableArray<PageContent> Others { get; init; } = [];

    public IEnumerable<PageIncident> Unresolved => Incidents.Where(incident => !incident.IsResolved);

    public IEnumerable<PageMaintenance> Upcoming => Maintenance.Where(window => window.Phase == MaintenancePhase.Scheduled);

    /// <summary>
    /// What the config's rules will bring within <see cref="PageForesight.Ahead"/> and nobody has been told of yet, in order of its beginning: for calendars and for the list of what is
    /// planned. Subscribers are told of a window, once, when it is declared.
    /// </summary>
    public ImmutableArray<PageMaintenance> Foreseen { get; init; } = [];

    /// <summary>What is to come, of what recurs the next only, in order of its beginning.</summary>
    public IEnumerable<PageMaintenance> Planned
    {
        get
        {
            var told = new HashSet<string>(StringComparer.Ordinal);
            return Upcoming.Concat(Foreseen).OrderBy(window => window.From).Where(window => window.Series is null || told.Add(window.Series));
        }
    }

    public IEnumerable<PageMaintenance> UnderWay => Maintenance.Where(window => window.Phase == MaintenancePhase.InProgress);

    public ComponentOnPage? Find(string id) => Components.FirstOrDefault(component => component.Public.Id == id);

    /// <summary>What several components are together, as it is said of a group: what is seen to be bad first, then what is not known.</summary>
    public static PageState WorstOf(IReadOnlyCollection<ComponentOnPage> components)
    {
        bool Any(PageState state) => components.Any(component => component.State == state);
        return components.Count > 0 && components.All(component => component.State == PageState.MajorOutage) ? PageState.MajorOutage
            : Any(PageState.MajorOutage) || Any(PageState.PartialOutage) ? PageState.PartialOutage
            : Any(PageState.Degraded) ? PageState.Degraded
            : Any(PageState.Unknown) || components.Count == 0 ? PageState.Unknown
            : Any(PageState.Maintenance) ? PageState.Maintenance
            : PageState.Operational;
    }

    /// <summary>The worst that is said of anything, and of unresolved incidents.</summary>
    public IncidentImpact Impact
    {
        get
        {
            var ofComponents = WorstOf(Components) switch
            {
                PageState.Operational => IncidentImpact.None,
                PageState.Degraded or PageState.Maintenance or PageState.Unknown => IncidentImpact.Minor,
                PageState.PartialOutage => IncidentImpact.Major,
                PageState.MajorOutage => IncidentImpact.Critical,
            };
            return Unresolved.Select(incident => incident.Impact).Append(ofComponents).Max();
        }
    }
}

/// <summary>A public component, now and in the past.</summary>
public sealed record ComponentOnPage
{
    public required PublicComponent Public { get; init; }

    public required PageState State { get; init; }

    /// <summary>When it last changed, as likely as it is known; null while nothing is known.</summary>
    public required Instant? Since { get; init; }

    /// <summary>First instant of which anything is known.</summary>
    public required Instant? WatchedFrom { get; init; }

    /// <summary>The last 90 days, today last.</summary>
    public required ImmutableArray<PageDay> Days { get; init; }

    /// <summary>Over <see cref="Days"/>.</summary>
    public required PageUptime Uptime { get; init; }

    /// <summary>By month, the oldest first.</summary>
    public required ImmutableArray<MonthUptime> Months { get; init; }
}

/// <summary>How long a component was in which state on one day of the page's time zone; of today up to what was judged.</summary>
/// <param name="In">Likely time by <see cref="PageState"/>.</param>
public sealed record PageDay(LocalDate Date, ImmutableArray<Duration> In)
{
    public Duration this[PageState state] => In[(int)state];

    public Duration Judged => In.Aggregate(Duration.Zero, (sum, one) => sum + one);
}

/// <summary>Availability under the page's policy, and the share of the time that it rests on.</summary>
/// <param name="Availability">Null when nothing is known: neither 0 % nor 100 %.</param>
/// <param name="Coverage">0 to 1.</param>
public sealed record PageUptime(Share? Availability, decimal Coverage)
{
    /// <summary>The time that it rests on.</summary>
    public Duration Seen { get; init; }
}

/// <param name="Month">Its first day.</param>
public sealed record MonthUptime(LocalDate Month, PageUptime Uptime);

/// <summary>An incident as the public is told it: by itself from outages, or by hand.</summary>
public sealed record PageIncident
{
    /// <summary>Public and stable; says nothing of what is behind it.</summary>
    public required string Id { get; init; }

    public required string Name { get; init; }

    public required IncidentPhase Phase { get; init; }

    public required IncidentImpact Impact { get; init; }

    /// <summary>False when people write it.</summary>
    public required bool IsAutomatic { get; init; }

    /// <summary>When it was first told.</summary>
    public required Instant CreatedAt { get; init; }

    /// <summary>When what it is about began; of one by hand without an outage when it was first told.</summary>
    public required Bounds Began { get; init; }

    /// <summary>When what it is about ended; null while it has not, or when it is about no outage.</summary>
    public required Bounds? Ended { get; init; }

    /// <summary>How long users were not served; null when it is about no outage, or it goes on.</summary>
    public required Length? Length { get; init; }

    /// <summary>Ids of public components, in the order of the page.</summary>
    public required ImmutableArray<string> Components { get; init; }

    /// <summary>In the order in which they came; one or more.</summary>
    public required ImmutableArray<PageUpdate> Updates { get; init; }

    public Instant UpdatedAt => Updates[^1].At;

    public bool IsResolved => Phase is IncidentPhase.Resolved or IncidentPhase.Postmortem;

    /// <summary>When it was last said to be resolved; null while it is not.</summary>
    public Instant? ResolvedAt => IsResolved ? Updates.Reverse().TakeWhile(update => update.Phase is IncidentPhase.Resolved or IncidentPhase.Postmortem).Last().At : null;

    /// <summary>True when all of it is the same: its page need not be made anew.</summary>
    public bool SaysTheSameAs(PageIncident other) =>
        this with { Components = [], Updates = [] } == other with { Components = [], Updates = [] } && Components.SequenceEqual(other.Components)
        && Updates.SequenceEqual(other.Updates, (a, b) => a with { Components = [] } == b with { Components = [] } && a.Components.SequenceEqual(b.Components));

    public Instant? MonitoringAt => Updates.Where(update => update.Phase == IncidentPhase.Monitoring).Select(update => (Instant?)update.At).LastOrDefault();
}

/// <param name="Id">Stable within the page.</param>
/// <param name="Body">In the page's subset of Markdown, see <see cref="PageMarkdown"/>.</param>
/// <param name="Components">Ids of public components, as of the update.</param>
public sealed record PageUpdate(string Id, IncidentPhase Phase, string Body, Instant At, ImmutableArray<string> Components);

public enum MaintenancePhase
{
    Scheduled,
    InProgress,
    Completed,
    /// <summary>It was taken back before it began.</summary>
    Cancelled,
}

/// <param name="Text">What was written for the public; else a sentence with the names of the components.</param>
/// <param name="Told">When it was declared; of one that an earlier version declared when it begins.</param>
/// <param name="To">When it ends, or really ended.</param>
/// <param name="Components">Ids of public components, in the order of the page; one or more.</param>
public sealed record PageMaintenance(string Id, string Name, string Text, MaintenancePhase Phase, Instant Told, Instant From, Instant To, ImmutableArray<string> Components)
{
    /// <summary>The rule of which it is one window of several; null for what happens once. An internal name: it is not shown.</summary>
    public string? Series { get; init; }

    /// <summary>When it comes again, in words: <c>every Sunday</c>; null for what happens once.</summary>
    public string? Repeats { get; init; }

    /// <summary>Nobody has been told of it yet, so it has no page.</summary>
    public bool IsForeseen { get; init; }

    /// <summary>What calendars know it by: the same before and after it is declared.</summary>
    public string CalendarId { get; init; } = Id;

    /// <inheritdoc cref="PageIncident.SaysTheSameAs"/>
    public bool SaysTheSameAs(PageMaintenance other) => this with { Components = [] } == other with { Components = [] } && Components.SequenceEqual(other.Components);
}
