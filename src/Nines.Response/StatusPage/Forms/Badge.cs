using System.Globalization;
using System.Net;
using System.Text;

namespace Nines.Response.StatusPage.Forms;

/// <summary>Small pictures of how it is, for other people's pages. Attributes only: they show under any content security policy.</summary>
internal static class Badge
{
    /// <summary>Pixels that a letter takes at size 11, generously.</summary>
    private const double LetterWidth = 6.6;

    public static IEnumerable<PageFile> Of(PageContent content)
    {
        yield return File("badge.svg", content.Options.Texts["badge.label"], PageWords.Overall(content), PageContent.WorstOf(content.Components));
        foreach (var component in content.Components)
            yield return File($"badge/{component.Public.Id}.svg", component.Public.Name, PageWords.State(component.State, content.Options.Texts), component.State);
    }

    /// <summary>White on each of them has a contrast of 4.5 or more (WCAG 2.2, 1.4.3).</summary>
    private static string Colour(PageState state) => state switch
    {
        PageState.Operational => "#1a7f37",
        PageState.Degraded => "#8a5f00",
        PageState.PartialOutage => "#b54708",
        PageState.MajorOutage => "#c5221f",
        PageState.Maintenance => "#0b5cad",
        PageState.Unknown => "#57606a",
    };

    private static PageFile File(string path, string label, string said, PageState state)
    {
        var (left, right) = (Width(label), Width(said));
        var (text, words) = (WebUtility.HtmlEncode(label), WebUtility.HtmlEncode(said));
        var svg = string.Create(CultureInfo.InvariantCulture, $"""
            <svg xmlns="http://www.w3.org/2000/svg" width="{left + right}" height="20" role="img" aria-label="{text}: {words}"><title>{text}: {words}</title><rect width="{left + right}" height="20" rx="3" fill="{Colour(state)}"/><path d="M3 0h{left - 3}v20H3a3 3 0 0 1-3-3V3a3 3 0 0 1 3-3z" fill="#333"/><g fill="#fff" text-anchor="middle" font-family="Verdana,DejaVu Sans,Geneva,sans-serif" font-size="11"><text x="{left / 2.0}" y="14" textLength="{left - 12}">{text}</text><text x="{left + right / 2.0}" y="14" textLength="{right - 12}">{words}</text></g></svg>

            """);
        return new PageFile(path, "image/svg+xml", Encoding.UTF8.GetBytes(svg));
    }

    private static int Width(string text) => (int)Math.Ceiling(new StringInfo(text).LengthInTextElements * LetterWidth) + 12;
}
