using System.Collections.Immutable;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Nines.Ledger.Pictures;

namespace Nines.Reports.Pages;

/// <summary>
/// A page as one HTML file: nothing is asked for from outside, there is no script, and its Content-Security-Policy allows neither. For a phone, a
/// desktop, the dark, and A4. The same page gives the same bytes.
/// </summary>
public static class HtmlPage
{
    public static string Of(Page page)
    {
        var style = HtmlStyle.Of(page.Footer);
        var html = new StringBuilder();
        html.Append("<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n");
        // What the style is, is said by its hash: nothing that a target put into a name could add another.
        html.Append(CultureInfo.InvariantCulture, $"<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'sha256-{Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(style)))}'; base-uri 'none'; form-action 'none'\">\n");
        html.Append("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<meta name=\"color-scheme\" content=\"light dark\">\n<meta name=\"referrer\" content=\"no-referrer\">\n");
        html.Append(CultureInfo.InvariantCulture, $"<title>{Markup.Escape(page.Title)}</title>\n<style>{style}</style>\n</head>\n<body>\n");
        html.Append(CultureInfo.InvariantCulture, $"<header>\n<h1>{Markup.Escape(page.Title)}</h1>\n<p class=\"sub\">{Markup.Escape(page.Subtitle)}</p>\n</header>\n<main>\n");
        var withLegend = true;
        foreach (var section in page.Sections) Append(html, section, ref withLegend);
        return html.Append(CultureInfo.InvariantCulture, $"</main>\n<footer><p>{Markup.Escape(page.Footer)}</p></footer>\n</body>\n</html>\n").ToString();
    }

    private static void Append(StringBuilder html, Section section, ref bool withLegend)
    {
        html.Append(CultureInfo.InvariantCulture, $"<section class=\"l{section.Level}{(section.StartsPage ? " sheet" : "")}\">\n<h{section.Level}>{Markup.Escape(section.Heading)}</h{section.Level}>\n");
        foreach (var block in section.Blocks)
        {
            switch (block)
            {
                case Block.Words words:
                    html.Append(CultureInfo.InvariantCulture, $"<p>{Markup.Escape(words.Text)}</p>\n");
                    break;
                case Block.Lines lines:
                    html.Append("<ul>\n");
                    foreach (var line in lines.Items) html.Append(CultureInfo.InvariantCulture, $"<li>{Markup.Escape(line)}</li>\n");
                    html.Append("</ul>\n");
                    break;
                case Block.Code code:
                    html.Append(CultureInfo.InvariantCulture, $"<p><code>{Markup.Escape(code.Text)}</code></p>\n");
                    break;
                case Block.Figures figures:
                    Append(html, figures);
                    break;
                case Block.Table table:
                    Append(html, table);
                    break;
                case Block.Days days:
                    if (withLegend) html.Append(HtmlCharts.Legend);
                    withLegend = false;
                    HtmlCharts.Append(html, days);
                    break;
                case Block.Trend trend:
                    HtmlCharts.Append(html, trend);
                    break;
                case Block.Bars bars:
                    HtmlCharts.Append(html, bars);
                    break;
                default:
                    throw new InvalidOperationException("Block is a closed hierarchy.");
            }
        }
        html.Append("</section>\n");
    }

    private static void Append(StringBuilder html, Block.Figures figures)
    {
        html.Append("<dl class=\"key\">\n");
        foreach (var figure in figures.Items)
        {
            html.Append(CultureInfo.InvariantCulture, $"<div><dt>{Markup.Escape(figure.Name)}</dt><dd><b>{Markup.Escape(figure.Text)}</b>");
            if (figure.Beside.Length > 0) html.Append(CultureInfo.InvariantCulture, $"<span>{Markup.Escape(figure.Beside)}</span>");
            html.Append("</dd></div>\n");
        }
        html.Append("</dl>\n");
    }

    private static void Append(StringBuilder html, Block.Table table)
    {
        if (table.Rows.IsEmpty)
        {
            html.Append(CultureInfo.InvariantCulture, $"<p>{Markup.Escape(table.WhenEmpty)}</p>\n");
            return;
        }
        html.Append(CultureInfo.InvariantCulture, $"<table>\n<caption>{Markup.Escape(table.Caption)}</caption>\n<thead><tr>");
        foreach (var column in table.Columns) html.Append(CultureInfo.InvariantCulture, $"<th scope=\"col\"{(column.IsNumber ? " class=\"n\"" : "")}>{Markup.Escape(column.Name)}</th>");
        html.Append("</tr></thead>\n<tbody>\n");
        foreach (var row in table.Rows)
        {
            html.Append("<tr>");
            for (var i = 0; i < row.Length; i++)
            {
                var css = table.Columns[i].IsNumber ? " class=\"n\"" : HasLongWord(row[i]) ? " class=\"long\"" : "";
                // On a phone a row is a card, and each cell says its column.
                html.Append(i == 0
                    ? $"<th scope=\"row\"{css}>{Markup.Escape(row[i])}</th>"
                    : $"<td{css} data-of=\"{Markup.Escape(table.Columns[i].Name)}\"><span>{Markup.Escape(row[i])}</span></td>");
            }
            html.Append("</tr>\n");
        }
        html.Append("</tbody>\n</table>\n");
    }

    /// <summary>What may be broken anywhere, or the table would be wider than the page.</summary>
    private static bool HasLongWord(string text) => text.Split(' ').Max(word => word.Length) > LongestWord;

    private const int LongestWord = 24;
}
