using System.Collections;
using System.Collections.Immutable;
using System.Net;
using System.Text.RegularExpressions;
using AngleSharp.Dom;
using AngleSharp.Html.Parser;
using Markdig;
using Nines.Ledger.Pictures;
using Nines.Reports.Monthly;
using Nines.Reports.Pages;

namespace Nines.Reports.Tests;

public sealed partial class RenderingTests
{
    private static readonly MarkdownPipeline GitHub = new MarkdownPipelineBuilder().UsePipeTables().UseAutoLinks().UseEmphasisExtras().UseTaskLists().UseFootnotes().UseMathematics().Build();

    private static readonly string[] Hostile =
    [
        "<script>alert(1)</script>", "\"><img src=x onerror=alert(1)>", "'; --> ]]> </style></svg>", "| a | b |\n|---|---|", "[click](javascript:alert(1))", "![x](http://evil.example/x.png)",
        "https://evil.example/?q=1 www.evil.example", "`code` **bold** _em_ ~~gone~~ $x$", "# head\n* list\n> quote", "@everyone #1", "&lt;b&gt; &amp;", "\\", "\u001b[31mred\u0007", "\u202Eevil", "=1+1", "a\u0000b", "\uD800", "<!-- hidden -->", "^[note] [^1]", "</td></tr></table>",
        new('x', 300),
    ];

    private static readonly string[] Elements =
    [
        "html", "head", "meta", "title", "style", "body", "header", "h1", "h2", "h3", "p", "main", "section", "dl", "div", "dt", "dd", "b", "span", "table", "caption", "thead", "tbody", "tr", "th", "td", "ul", "li",
        "code", "figure", "figcaption", "svg", "g", "rect", "line", "circle", "text", "i", "footer",
    ];

    internal static Page PageOf(int seed) => MonthlyPage.Of(MonthlyReportTests.Make(MonthlyReportTests.History(seed), "2026-10"));

    /// <summary>A page in which every text is hostile.</summary>
    private static Page HostilePage()
    {
        var page = MonthlyPage.Of(MonthlyReportTests.Make(MonthlyReportTests.History(2, sayings: Hostile), "2026-Q3"));
        var bad = string.Join(" ", Hostile);
        return new Page(bad, bad, bad,
        [
            .. page.Sections,
            .. Hostile.Select(text => new Section(3, text,
            [
                new Block.Words(text), new Block.Lines([text, text]), new Block.Code(text), new Block.Figures([new KeyFigure(text, text, text)]), new Block.Table(text, [new(text), new(text, true)], [[text, text]]),
                new Block.Table(text, [new(text)], []) { WhenEmpty = text }, new Block.Days(text, [new DayBar("2026-10-01", 0.5, 0, 0, 0.1, 0, 0.4, text)]),
                new Block.Trend(text, [new TrendMark(text, 0.9, 0.95, 1, text), new TrendMark(text, null, null, null, text), new TrendMark(text, 0.8, 0.9, 0.95, text)]), new Block.Bars(text, [new Bar(text, 1, 2, 3, text)]),
            ])),
        ]);
    }

    [Fact]
    public void Every_figure_of_a_report_stands_in_its_html_and_in_its_markdown_as_it_is()
    {
        for (var seed = 1; seed <= 5; seed++)
        {
            var report = MonthlyReportTests.Make(MonthlyReportTests.History(seed), "2026-10");
            var page = MonthlyPage.Of(report);
            var (html, markdown) = (HtmlPage.Of(page), Markdown.ToPlainText(MarkdownPage.Of(page), GitHub));
            var text = new HtmlParser().ParseDocument(html).Body!.TextContent;
            foreach (var told in TextsIn(report).Distinct())
            {
                var (head, bounds) = Split(told);
                Assert.Contains(head, text);
                Assert.Contains(head, markdown);
                Assert.Contains(bounds, text);
                Assert.Contains(bounds, markdown);
            }
        }
    }

    /// <summary>All figures that pages show: not the days', which a strip draws, nor those of budgets' details.</summary>
    private static IEnumerable<string> TextsIn(MonthlyReport report) =>
        new[] { report.Summary.Availability, report.Summary.Loss }.OfType<Told>().Select(told => told.Text)
            .Concat(report.Components.SelectMany(component => new[] { component.Availability, component.DowntimeS, component.Loss }.OfType<Told>().Select(told => told.Text).Concat(component.Statistics.Select(statistic => statistic.Text))))
            .Concat(report.Outages.SelectMany(outage => new[] { outage.LengthS, outage.Loss }.OfType<Told>()).Select(told => told.Text))
            .Concat(report.Trend.SelectMany(point => new[] { point.Availability, point.Loss }.OfType<Told>()).Select(told => told.Text))
            .Concat(report.Losses!.ByCause.Concat(report.Losses.ByComponent).Select(line => line.Loss.Text))
            .Concat(report.Notes).Concat(report.Method).Concat(report.Summary.Sentences);

    private static (string Head, string Bounds) Split(string told) => told.EndsWith(')') && told.IndexOf(" (", StringComparison.Ordinal) is > 0 and var at ? (told[..at], told[(at + 2)..^1]) : (told, told);

    [Fact]
    public void No_hostile_text_becomes_markup_in_html()
    {
        var html = HtmlPage.Of(HostilePage());
        var document = new HtmlParser(new HtmlParserOptions { IsStrictMode = false }).ParseDocument(html);
        Assert.Empty(document.All.Select(element => element.LocalName).Where(name => !Elements.Contains(name)).Distinct());
        Assert.Empty(document.All.SelectMany(element => element.Attributes).Select(attribute => attribute.Name).Where(name => name.StartsWith("on", StringComparison.Ordinal) || name is "href" or "src" or "style" or "xlink:href" or "action" or "srcset").Distinct());
        // It reads as it was written, but for what no document may hold.
        var text = document.Body!.TextContent;
        foreach (var said in Hostile.Where(said => said.All(c => c == '\n' || !char.IsControl(c) && !char.IsSurrogate(c)))) Assert.Contains(said, text);
        Assert.DoesNotContain('\u001b', html);
    }

    [Fact]
    public void No_hostile_text_becomes_markup_in_markdown()
    {
        var markdown = MarkdownPage.Of(HostilePage());
        var rendered = Markdown.ToHtml(markdown, GitHub);
        var document = new HtmlParser().ParseDocument(rendered);
        string[] may = ["html", "head", "body", "h1", "h2", "h3", "p", "ul", "li", "table", "thead", "tbody", "tr", "th", "td", "code", "pre", "hr"];
        Assert.Empty(document.All.Select(element => element.LocalName).Where(name => !may.Contains(name)).Distinct());
        Assert.DoesNotContain('\u001b', markdown);
        // Every row has as many cells as its table has columns.
        foreach (var table in document.QuerySelectorAll("table"))
            Assert.Single(table.QuerySelectorAll("tr").Select(row => row.Children.Length).Distinct());
    }

    [Fact]
    public void A_report_asks_for_nothing_and_forbids_scripts()
    {
        var html = HtmlPage.Of(PageOf(1));
        Assert.DoesNotMatch(@"(?i)<script|<link|<img|<iframe|@import|url\(|https?://", html);
        var policy = new HtmlParser().ParseDocument(html).QuerySelector("meta[http-equiv='Content-Security-Policy']")!.GetAttribute("content")!;
        Assert.Contains("default-src 'none'", policy);
        Assert.DoesNotContain("unsafe", policy);
    }

    [Fact]
    public void Everything_that_is_drawn_is_named_and_headings_follow_each_other()
    {
        var document = new HtmlParser().ParseDocument(HtmlPage.Of(PageOf(1)));
        Assert.Equal("en", document.DocumentElement.GetAttribute("lang"));
        Assert.All(document.QuerySelectorAll("svg"), svg => Assert.True(svg.GetAttribute("aria-hidden") == "true" || svg.GetAttribute("role") == "img" && svg.GetAttribute("aria-label") is { Length: > 0 }));
        Assert.All(document.QuerySelectorAll("table"), table => Assert.Equal("caption", table.FirstElementChild!.LocalName));
        Assert.All(document.QuerySelectorAll("th"), head => Assert.NotNull(head.GetAttribute("scope")));
        var levels = document.QuerySelectorAll("h1,h2,h3").Select(heading => heading.LocalName[1] - '0').ToList();
        Assert.Equal(1, levels[0]);
        Assert.Single(levels, 1);
        Assert.All(levels.Zip(levels.Skip(1)), pair => Assert.True(pair.Second <= pair.First + 1));
    }

    [Fact]
    public void Unknown_time_is_grey_and_never_green()
    {
        var page = new Page("t", "s", "f", [new Section(2, "h", [new Block.Days("a", [new DayBar("2026-10-01", 0, 0, 0, 0, 0, 1, "x"), new DayBar("2026-10-02", 0.25, 0, 0, 0, 0, 0.75, "y")])])]);
        var document = new HtmlParser().ParseDocument(HtmlPage.Of(page));
        var days = document.QuerySelectorAll("svg g").Select(day => day.QuerySelectorAll("rect").ToDictionary(rect => rect.GetAttribute("class")!, rect => double.Parse(rect.GetAttribute("height")!, System.Globalization.CultureInfo.InvariantCulture))).ToList();
        Assert.Equal(["k"], days[0].Keys);
        Assert.Equal(3, days[1]["k"] / days[1]["u"], 0.001);
    }

    [Fact]
    public void A_short_outage_in_a_long_day_can_be_seen()
    {
        var page = new Page("t", "s", "f", [new Section(2, "h", [new Block.Days("a", [new DayBar("2026-10-01", 0.9999, 0, 0, 0.0001, 0, 0, "x")])])]);
        var down = new HtmlParser().ParseDocument(HtmlPage.Of(page)).QuerySelector("rect.o")!;
        Assert.True(double.Parse(down.GetAttribute("height")!, System.Globalization.CultureInfo.InvariantCulture) >= 3);
    }

    [Fact]
    public void Markdown_of_ordinary_prose_stays_readable()
    {
        Assert.Equal("Available 99.962 % (99.961 % – 99.963 %); down: 4m 05s.", MarkdownPage.Escape("Available 99.962 % (99.961 % – 99.963 %); down: 4m 05s."));
        Assert.Equal(@"\- dash", MarkdownPage.Escape("- dash"));
        Assert.Equal(@"1\. one", MarkdownPage.Escape("1. one"));
    }
}
