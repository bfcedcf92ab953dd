using System.Net;
using System.Text;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using Nines.Response.StatusPage;
using Nines.Web.StatusPage;
using static Nines.Response.Tests.StatusPage.PublicScene;

namespace Nines.Web.Tests.StatusPage;

public sealed partial class PageTreeTests
{
    [Fact]
    public async Task Every_link_and_picture_of_every_page_leads_to_a_file_of_the_tree()
    {
        var files = await Pages.RenderAsync(Pages.Eventful().Page(800));
        var paths = files.Select(file => file.Path).ToHashSet();
        var root = new Uri("https://status.example.org/");
        var followed = 0;
        foreach (var page in files.Where(file => file.Path.EndsWith(".html", StringComparison.Ordinal)))
            foreach (Match link in Address().Matches(Encoding.UTF8.GetString(page.Bytes)))
            {
                var to = new Uri(new Uri(root, page.Path), link.Groups[1].Value);
                if (to.Host != root.Host || to.Fragment.Length > 0 && to.AbsolutePath == "/" + page.Path) continue;
                Assert.Contains(to.AbsolutePath[1..], paths);
                followed++;
            }
        Assert.InRange(followed, 50, 500);
    }

    [Fact]
    public async Task No_page_needs_a_script_or_an_inline_style_and_each_is_well_formed()
    {
        foreach (var page in (await Pages.RenderAsync(Pages.Eventful().Page(800))).Where(file => file.Path.EndsWith(".html", StringComparison.Ordinal)))
        {
            var html = Encoding.UTF8.GetString(page.Bytes);
            Assert.DoesNotMatch(@"<script|<style|\sstyle=|\son[a-z]+=|javascript:|http-equiv", html);
            var document = XDocument.Parse(Void().Replace(html.Replace("<!DOCTYPE html>", "", StringComparison.Ordinal), "<$1$2/>").Replace(" alt ", " alt=\"\" ", StringComparison.Ordinal));
            Assert.Single(document.Descendants("h1"));
            Assert.Single(document.Descendants("main"));
            Assert.Equal("en", document.Root!.Attribute("lang")!.Value);
            Assert.All(document.Descendants("svg"), svg => Assert.NotEmpty(svg.Attribute("aria-label")!.Value));
            Assert.All(document.Descendants("img"), picture => Assert.NotNull(picture.Attribute("alt")));
        }
    }

    [Fact]
    public async Task The_first_page_says_how_it_is_since_when_and_how_much_was_observed()
    {
        var html = WebUtility.HtmlDecode((await Pages.RenderAsync(Pages.Eventful().Page(800))).Text("index.html"));
        foreach (var said in new[]
        {
            "Some systems are not available", "As of 21 November 2026, 10:13:20 UTC", "Shop: not available", "Trouble of disk", "<em>disk</em> <full> & more.",
            "Since 21 November 2026, 10:08:21 UTC", "± 2 s", "Maintenance: API", "New disks.", "% uptime while watched", "watched for 13 min of the last 90 days (", "not watched for 10 h", "policy “strict”",
        }) Assert.Contains(said, html, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_written_on_the_page_cannot_become_markup()
    {
        var scene = Pages.Eventful();
        const string Evil = "<img src=x onerror=alert(1)>\"'&";
        scene.Options = scene.Options with
        {
            Name = Evil, About = Evil, Links = [new PageLink(Evil, new Uri("https://example.org/?\"<>"))], Groups = [new PublicGroup("front", Evil, Evil)],
            Components = [.. scene.Options.Components.Select(component => component with { Name = Evil, Description = Evil })],
        };
        scene.Post(620, "evil", Core.Facts.IncidentPhase.Identified, Evil, components: ["api"]);
        foreach (var file in await Pages.RenderAsync(scene.Page(800)))
            if (file.Type.StartsWith("text/html", StringComparison.Ordinal) || file.Type == "image/svg+xml") Assert.DoesNotContain("<img src=x", Encoding.UTF8.GetString(file.Bytes), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_page_in_German_is_German()
    {
        var scene = Pages.Eventful();
        scene.Options = scene.Options with { Texts = PageTexts.Find("de")! };
        var html = (await Pages.RenderAsync(scene.Page(800))).Text("index.html");
        Assert.Contains("<html lang=\"de\">", html, StringComparison.Ordinal);
        Assert.Contains("Einige Systeme sind nicht verfügbar", WebUtility.HtmlDecode(html), StringComparison.Ordinal);
        Assert.DoesNotMatch("Operational|outage|maintenance<|Unknown|observed", html);
    }

    [Fact]
    public async Task A_day_that_nobody_watched_is_said_in_words_and_a_figure_over_little_is_not_set_in_bold()
    {
        foreach (var (language, days) in new[] { ("en", "22 November 2026 – 24 November 2026: not watched that day"), ("de", "22. November 2026 – 24. November 2026: an diesem Tag nicht beobachtet") })
        {
            var scene = Pages.Eventful();
            scene.Options = scene.Options with { Texts = PageTexts.Find(language)! };
            var html = WebUtility.HtmlDecode((await Pages.RenderAsync(scene.Page(3 * 86_400))).Text("index.html"));
            Assert.Contains(days, html, StringComparison.Ordinal);
            Assert.DoesNotContain("1440 min", html, StringComparison.Ordinal);
            Assert.DoesNotContain("<strong>100", html, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Each_language_has_addresses_of_its_own_that_lead_to_each_other()
    {
        var scene = Pages.Eventful();
        scene.Options = scene.Options.In([PageTexts.Find("de")!]);
        var files = await Pages.RenderAsync(scene.Page(800));
        var paths = files.Select(file => file.Path).ToHashSet();
        foreach (var page in files.Where(file => file.Path.EndsWith(".html", StringComparison.Ordinal)))
        {
            var (html, isGerman) = (Encoding.UTF8.GetString(page.Bytes), page.Path.StartsWith("de/", StringComparison.Ordinal));
            Assert.Contains(isGerman ? "<html lang=\"de\">" : "<html lang=\"en\">", html, StringComparison.Ordinal);
            foreach (Match link in Address().Matches(html))
            {
                var to = new Uri(new Uri("https://status.example.org/" + page.Path), link.Groups[1].Value);
                if (to.Host == "status.example.org" && to.Fragment.Length == 0) Assert.Contains(to.AbsolutePath[1..], paths);
            }
            if (page.Path.EndsWith(PageTree.NotFound, StringComparison.Ordinal)) continue;
            var own = isGerman ? page.Path[3..] : page.Path;
            Assert.Contains($"hreflang=\"en\" href=\"https://status.example.org/{own}\"", html, StringComparison.Ordinal);
            Assert.Contains($"hreflang=\"de\" href=\"https://status.example.org/de/{own}\"", html, StringComparison.Ordinal);
            Assert.Contains(isGerman ? ">English</a>" : ">Deutsch</a>", html, StringComparison.Ordinal);
        }
        Assert.Contains("Einige Systeme sind nicht verfügbar", WebUtility.HtmlDecode(files.Text("de/index.html")), StringComparison.Ordinal);
        foreach (var form in new[] { "history.atom", "history.rss", "history.ics" }) Assert.Contains("de/" + form, paths);
        Assert.DoesNotContain("de/status.json", paths);
    }

    [Fact]
    public async Task A_page_without_a_watch_says_that_nothing_is_known()
    {
        var html = (await Pages.RenderAsync(PageMaker.Make(new Nines.Ledger.LedgerProjection(), Pages.Eventful().Options, Ids, Zero))).Text("index.html");
        Assert.Contains("The state of the systems is not known", html, StringComparison.Ordinal);
        Assert.Contains("Nothing was observed yet.", html, StringComparison.Ordinal);
        Assert.DoesNotContain("class=\"state ok\"", html, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("<svg xmlns='http://www.w3.org/2000/svg'><script>1</script></svg>", "an element 'script'")]
    [InlineData("<svg xmlns='http://www.w3.org/2000/svg' onload='x()'/>", "an attribute 'onload'")]
    [InlineData("<svg xmlns='http://www.w3.org/2000/svg' xmlns:x='http://www.w3.org/1999/xlink'><image x:href='https://evil.example/p.png'/></svg>", "outside of it")]
    [InlineData("<svg xmlns='http://www.w3.org/2000/svg'><style>@import 'x';</style></svg>", "loads something")]
    [InlineData("<svg xmlns='http://www.w3.org/2000/svg'><rect fill='url(https://evil.example/)'/></svg>", "loads something")]
    [InlineData("<!DOCTYPE svg [<!ENTITY x SYSTEM 'file:///etc/passwd'>]><svg xmlns='http://www.w3.org/2000/svg'>&x;</svg>", "neither a PNG nor an SVG")]
    [InlineData("<?xml-stylesheet href='x'?><svg xmlns='http://www.w3.org/2000/svg'/>", "processing instruction")]
    [InlineData("<html/>", "neither a PNG nor an SVG")]
    [InlineData("GIF89a", "neither a PNG nor an SVG")]
    public void A_logo_that_could_do_more_than_be_seen_is_refused(string svg, string problem)
    {
        Assert.Null(PageLogo.Read(Encoding.UTF8.GetBytes(svg), out var said));
        Assert.Contains(problem, said, StringComparison.Ordinal);
    }

    [Fact]
    public void A_png_is_taken_when_it_is_one_and_no_larger_than_allowed()
    {
        static byte[] Png(uint width, uint height) => [0x89, (byte)'P', (byte)'N', (byte)'G', 13, 10, 26, 10, 0, 0, 0, 13, .. "IHDR"u8, .. BitConverter.GetBytes(width).Reverse(), .. BitConverter.GetBytes(height).Reverse(), 8, 6, 0, 0, 0, 0, 0, 0, 0];
        Assert.Equal("image/png", PageLogo.Read(Png(64, 64), out _)!.Type);
        Assert.Null(PageLogo.Read(Png(4_000, 64), out var large));
        Assert.Contains("4000 × 64 pixels", large, StringComparison.Ordinal);
        Assert.Null(PageLogo.Read(Png(64, 64)[..20], out _));
        Assert.Null(PageLogo.Read(new byte[PageLogo.MostBytes + 1], out _));
    }

    [Theory]
    [InlineData("#000000", "#ffffff", 21)]
    [InlineData("#767676", "#ffffff", 4.54)]
    public void Contrast_is_that_of_the_standard(string a, string b, double ratio)
    {
        Assert.True(PageColour.TryParse(a, out var first) & PageColour.TryParse(b, out var second));
        Assert.Equal(ratio, first.ContrastTo(second), 2);
    }

    [Fact]
    public void The_usual_accents_can_be_read_on_their_grounds()
    {
        Assert.True(new PageTheme().Accent.ContrastTo(PageTheme.LightGround) >= PageTheme.LeastContrast);
        Assert.True(new PageTheme().AccentDark.ContrastTo(PageTheme.DarkGround) >= PageTheme.LeastContrast);
    }

    /// <summary>Elements that HTML leaves open.</summary>
    [GeneratedRegex("<(meta|link|img|br|hr)([^>]*?)/?>")]
    private static partial Regex Void();

    [GeneratedRegex("(?:href|src)=\"([^\"]+)\"")]
    private static partial Regex Address();
}
