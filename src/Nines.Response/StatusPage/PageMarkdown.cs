using System.Text;
using Markdig;
using Markdig.Renderers;
using Markdig.Syntax;
using Markdig.Syntax.Inlines;
using Nines.Core;

namespace Nines.Response.StatusPage;

/// <summary>
/// The subset of Markdown that people write on the page in: paragraphs, emphasis, lists, quotes, code and links to https:, http: and mailto:. No HTML,
/// no headings, no pictures: what looks like them is shown as it was written, or as its text. Nothing that cannot be seen is in what is made of it.
/// </summary>
public static class PageMarkdown
{
    /// <value>Characters of one text.</value>
    public const int LongestText = 10_000;

    private static readonly MarkdownPipeline Pipeline = new MarkdownPipelineBuilder().DisableHtml().DisableHeadings().Build();

    /// <summary>As HTML: elements p, em, strong, ul, ol, li, blockquote, pre, code, a, br and hr, with no attribute but href, rel and start.</summary>
    public static string ToHtml(string markdown)
    {
        using var text = new StringWriter { NewLine = "\n" };
        Render(markdown, new HtmlRenderer(text));
        return WrittenText.Shown(text.ToString());
    }

    /// <summary>As text without marks, for titles, plain mail and calendars; lines are kept.</summary>
    public static string ToText(string markdown)
    {
        using var text = new StringWriter { NewLine = "\n" };
        Render(markdown, new HtmlRenderer(text) { EnableHtmlForBlock = false, EnableHtmlForInline = false, EnableHtmlEscape = false });
        return WrittenText.Shown(text.ToString()).Trim();
    }

    /// <summary>The text with its marks made plain: what is not meant as Markdown stays as it is.</summary>
    public static string Escape(string text)
    {
        var escaped = new StringBuilder(text.Length + 8);
        foreach (var letter in text)
        {
            if (char.IsAsciiLetterOrDigit(letter) is false && char.IsAscii(letter) && char.IsPunctuation(letter) | char.IsSymbol(letter) && letter is not (',' or ':' or '/' or '%' or '\'' or '"' or ';' or '?')) escaped.Append('\\');
            escaped.Append(letter);
        }
        return escaped.ToString();
    }

    /// <summary>What is wrong with a text that somebody wants to post; null when nothing is.</summary>
    public static string? ProblemOf(string markdown)
    {
        if (markdown.Length > LongestText) return $"it has {markdown.Length:N0} characters; at most {LongestText:N0} are kept";
        if (string.IsNullOrWhiteSpace(markdown)) return "it is empty";
        try
        {
            // Where an entity of HTML stands for a character, too.
            using var text = new StringWriter();
            Render(markdown, new HtmlRenderer(text) { EnableHtmlForBlock = false, EnableHtmlForInline = false, EnableHtmlEscape = false });
            return WrittenText.ProblemOf(WrittenText.Tidied(text.ToString())) is { } hidden ? $"{hidden} (as it would be shown)" : null;
        }
        catch (ArgumentException deep)
        {
            return $"it cannot be shown: {deep.Message}";
        }
    }

    private static void Render(string markdown, HtmlRenderer renderer)
    {
        Pipeline.Setup(renderer);
        renderer.Render(Parse(markdown));
    }

    private static MarkdownDocument Parse(string markdown)
    {
        var document = Markdown.Parse(markdown, Pipeline);
        foreach (var link in document.Descendants<LinkInline>().ToList()) Tame(link);
        foreach (var link in document.Descendants<AutolinkInline>().ToList())
            if (!IsSafe(link.IsEmail ? "mailto:" + link.Url : link.Url)) link.ReplaceBy(new LiteralInline(link.Url));
        return document;
    }

    private static void Tame(LinkInline link)
    {
        if (!link.IsImage && IsSafe(link.Url))
        {
            link.Title = null;
            Markdig.Renderers.Html.HtmlAttributesExtensions.GetAttributes(link).AddProperty("rel", "nofollow noopener noreferrer");
            return;
        }
        // Its text stays, where it stood.
        var text = new ContainerInline();
        while (link.FirstChild is { } child)
        {
            child.Remove();
            text.AppendChild(child);
        }
        link.ReplaceBy(text);
    }

    private static bool IsSafe(string? url) => Uri.TryCreate(url, UriKind.Absolute, out var address) && address.Scheme is ("https" or "http" or "mailto");
}
