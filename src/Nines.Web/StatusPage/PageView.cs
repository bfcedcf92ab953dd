using System.Collections.Immutable;
using Nines.Core.Facts;
using Nines.Response.StatusPage;
using NodaTime;

namespace Nines.Web.StatusPage;

/// <summary>What a page is made of: the content, where the page stands in the tree, and what it loads.</summary>
/// <param name="Root">Leads from the page to the root of its language's tree: empty, or <c>../</c>. Addresses are relative, so that the tree can stand anywhere.</param>
/// <param name="Style">Path of the style sheet.</param>
/// <param name="Logo">Path of the logo; null for none.</param>
/// <param name="Subscribe">Whether people can subscribe: at <see cref="PageOptions.Desk"/>, else beside this page, which a listener shows then.</param>
/// <param name="Path">The page's own in the tree of its language; null for one that stands at any address.</param>
public sealed record PageView(PageContent Content, string Root, string Style, string? Logo, bool Subscribe = false, string? Path = null)
{
    /// <summary>In the tree of the page's language.</summary>
    public string To(string path) => Root + path;

    /// <summary>What is there once for all languages, or in another one.</summary>
    public string ToTop(string path) => Root + (Content.Options.Folder.Length > 0 ? "../" : "") + path;

    /// <summary>The same page in another language.</summary>
    public string In(PageLanguage language) => ToTop(language.Folder + (Path ?? "index.html"));
}

/// <summary>How states look, and days as text.</summary>
internal static class PageLooks
{
    /// <summary>The class of a state: its colour, and the shape of its mark.</summary>
    public static string ClassOf(PageState state) => state switch
    {
        PageState.Operational => "ok",
        PageState.Degraded => "slow",
        PageState.PartialOutage => "part",
        PageState.MajorOutage => "out",
        PageState.Maintenance => "work",
        PageState.Unknown => "blind",
    };

    public static string ClassOf(IncidentImpact impact) => impact switch
    {
        IncidentImpact.None => "work",
        IncidentImpact.Minor => "slow",
        IncidentImpact.Major => "part",
        IncidentImpact.Critical => "out",
    };

    /// <summary>The text that says an impact.</summary>
    public static string KeyOf(IncidentImpact impact) => impact switch
    {
        IncidentImpact.None => "impact.none",
        IncidentImpact.Minor => "impact.minor",
        IncidentImpact.Major => "impact.major",
        IncidentImpact.Critical => "impact.critical",
    };

    /// <summary>The days of the bars: those before the first look were not observed yet, which is not to have lost sight.</summary>
    public static ImmutableArray<PageDay> DaysOf(ComponentOnPage component, DateTimeZone zone)
    {
        var first = component.WatchedFrom?.InZone(zone).Date;
        return [.. component.Days.Select(day => first is null || day.Date < first ? day with { In = [.. day.In.Select(_ => Duration.Zero)] } : day)];
    }

    /// <summary>A day in words: <c>Major outage for 5 min, not watched for 10 h</c>; null when all that was judged of it was operational.</summary>
    public static string? Said(PageDay day, PageTexts texts)
    {
        if (day.Judged == Duration.Zero) return texts["day.none"];
        if (day[PageState.Unknown] == day.Judged) return texts["day.blind"];
        var parts = Odd.Where(state => day[state] > Duration.Zero).Select(state => PageWords.Span(day[state], texts) is var length && state == PageState.Unknown
            ? texts.Fill("day.unwatched", ("length", length)) : texts.Fill("day.state", ("state", PageWords.State(state, texts)), ("length", length))).ToArray();
        return parts.Length == 0 ? null : string.Join(", ", parts);
    }

    /// <summary>Less than half of the time was seen: such a figure is never set in bold.</summary>
    public static bool IsFaint(PageUptime uptime) => uptime.Coverage < 0.5m;

    /// <summary>The worst first.</summary>
    public static readonly PageState[] Odd = [PageState.MajorOutage, PageState.PartialOutage, PageState.Degraded, PageState.Maintenance, PageState.Unknown];

    /// <summary>Days that were not wholly operational, neighbours that say the same together.</summary>
    public static IEnumerable<(LocalDate From, LocalDate To, string Said)> OddDays(IReadOnlyList<PageDay> days, PageTexts texts)
    {
        (LocalDate From, LocalDate To, string Said)? open = null;
        foreach (var day in days)
        {
            var said = Said(day, texts);
            if (open is { } run && run.Said == said)
            {
                open = run with { To = day.Date };
                continue;
            }
            if (open is { } done) yield return done;
            open = said is null ? null : (day.Date, day.Date, said);
        }
        if (open is { } last) yield return last;
    }
}
