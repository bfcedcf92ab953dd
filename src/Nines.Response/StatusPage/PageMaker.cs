using System.Collections.Immutable;
using Nines.Core.Components;
using Nines.Ledger;
using NodaTime;

namespace Nines.Response.StatusPage;

/// <summary>Makes what the public is told, from the ledger and the options. Pure: the same ones at the same instant give the same content.</summary>
public static class PageMaker
{
    /// <summary>How many days the bars have.</summary>
    public const int Days = 90;

    /// <summary>What was judged longer ago than this says nothing of now: a watch says that it has judged at least each minute.</summary>
    public static readonly Duration OldAfter = Duration.FromMinutes(3);

    public static PageContent Make(LedgerProjection ledger, PageOptions options, PublicIds ids, Instant now)
    {
        // Nothing is claimed of the time to come, also when a clock was set back.
        Instant? asOf = ledger.Frontier is { } frontier ? Instant.Min(frontier, now) : null;
        var calendar = new PageCalendar(options, now);
        var components = options.Components.Select(component => Make(ledger, options, component, calendar, asOf, now)).ToImmutableArray();
        PageContent In(PageOptions language) => new()
        {
            Options = language,
            AsOf = asOf,
            MadeAt = now,
            Components = components,
            Incidents = PageIncidents.Of(ledger, language, ids, calendar.From, now),
            Maintenance = language.ShowMaintenance ? PageWindows.Of(ledger, language, ids, calendar.From, now) : [],
            Foreseen = language.ShowMaintenance ? PageForesight.Of(ledger, language, ids, now) : [],
        };
        return In(options) with { Others = [.. options.Others.Select(In)] };
    }

    /// <summary>Only the incidents of <see cref="Make(LedgerProjection, PageOptions, PublicIds, Instant)"/>, for who does not need the rest.</summary>
    public static ImmutableArray<PageIncident> IncidentsOf(LedgerProjection ledger, PageOptions options, PublicIds ids, Instant now) => PageIncidents.Of(ledger, options, ids, new PageCalendar(options, now).From, now);

    private static ComponentOnPage Make(LedgerProjection ledger, PageOptions options, PublicComponent component, PageCalendar calendar, Instant? asOf, Instant now)
    {
        var members = component.Shows.Select(ledger.Find).ToArray();
        var watched = members.Min(member => member?.WatchedFrom);
        var judged = asOf ?? calendar.From;
        var from = calendar.From;
        var line = StateLine.Of(members, from, judged);
        var spans = PublicUptime.SpansOf(members, options.Policy, from, judged);
        var last = line.IsEmpty ? default : line[^1];
        var isOld = line.IsEmpty || now - judged > OldAfter;
        return new ComponentOnPage
        {
            Public = component,
            State = isOld ? PageState.Unknown : last.State,
            Since = watched is null ? null : isOld ? asOf : last.From > from ? last.From : null,
            WatchedFrom = watched,
            Days = [.. calendar.Days.Select(day => DayOf(day, line, judged))],
            Uptime = PublicUptime.Of(spans, calendar.Days[0].From, Instant.Max(calendar.Days[0].From, judged)),
            Months = [.. calendar.Months.Where(month => month.From < judged).Select(month => new MonthUptime(month.Date, PublicUptime.Of(spans, month.From, Instant.Min(month.To, judged))))],
        };
    }

    private static PageDay DayOf(CalendarSpan day, ImmutableArray<StateSpan> line, Instant judged)
    {
        var times = new Duration[Enum.GetValues<PageState>().Length];
        var to = Instant.Min(day.To, judged);
        for (var i = FirstAfter(line, day.From); i < line.Length && line[i].From < to; i++)
            times[(int)line[i].State] += Instant.Min(line[i].To, to) - Instant.Max(line[i].From, day.From);
        return new PageDay(day.Date, [.. times]);
    }

    /// <returns>The index of the first span that ends after the instant.</returns>
    private static int FirstAfter(ImmutableArray<StateSpan> line, Instant at)
    {
        int low = 0, high = line.Length;
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (line[middle].To <= at) low = middle + 1;
            else high = middle;
        }
        return low;
    }
}

/// <param name="Date">The day, or the first of the month.</param>
internal readonly record struct CalendarSpan(LocalDate Date, Instant From, Instant To);

/// <summary>The days and months of a page, as its time zone has them: a day of 23 hours has 23.</summary>
internal sealed class PageCalendar
{
    public PageCalendar(PageOptions options, Instant now)
    {
        var today = now.InZone(options.Zone).Date;
        CalendarSpan Span(LocalDate from, LocalDate to) => new(from, options.Zone.AtStartOfDay(from).ToInstant(), options.Zone.AtStartOfDay(to).ToInstant());
        Days = [.. Enumerable.Range(0, PageMaker.Days).Select(i => today.PlusDays(i + 1 - PageMaker.Days)).Select(day => Span(day, day.PlusDays(1)))];
        var first = today.With(DateAdjusters.StartOfMonth).PlusMonths(1 - options.Months);
        Months = [.. Enumerable.Range(0, options.Months).Select(first.PlusMonths).Select(month => Span(month, month.PlusMonths(1)))];
        From = Instant.Min(Days[0].From, Months[0].From);
    }

    /// <summary>Today last.</summary>
    public ImmutableArray<CalendarSpan> Days { get; }

    /// <summary>The present one last.</summary>
    public ImmutableArray<CalendarSpan> Months { get; }

    /// <summary>The beginning of the history.</summary>
    public Instant From { get; }
}
