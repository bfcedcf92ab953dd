using System.Collections.Immutable;

namespace Nines.Response.StatusPage.Forms;

/// <summary>One thing that the public can get.</summary>
/// <param name="Path">Relative, with slashes; letters, digits, <c>.</c>, <c>-</c> and <c>_</c> between them.</param>
/// <param name="Type">Its media type.</param>
/// <param name="IsLasting">What is under this path never changes: its name has its digest.</param>
public sealed record PageFile(string Path, string Type, byte[] Bytes, bool IsLasting = false);

/// <summary>The forms for programs: everything but the pages.</summary>
public static class PageForms
{
    /// <summary>The newest so many incidents and windows are in feeds and lists.</summary>
    public const int Most = 50;

    public static ImmutableArray<PageFile> Of(PageContent content) =>
    [
        .. StatuspageApi.Of(content),
        new PageFile("status.json", "application/json", PageJson.Of(content)),
        .. InWords(content),
        .. Badge.Of(content),
    ];

    /// <summary>Those that people read: they are there in each language of the page.</summary>
    public static IEnumerable<PageFile> InWords(PageContent content) =>
    [
        new PageFile("history.atom", "application/atom+xml; charset=utf-8", Feeds.Atom(content)),
        new PageFile("history.rss", "application/rss+xml; charset=utf-8", Feeds.Rss(content)),
        new PageFile("history.ics", "text/calendar; charset=utf-8", MaintenanceCalendar.Of(content)),
    ];
}
