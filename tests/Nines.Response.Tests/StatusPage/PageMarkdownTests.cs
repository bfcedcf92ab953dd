using System.Text.RegularExpressions;
using FsCheck;
using FsCheck.Fluent;
using Nines.Response.StatusPage;
using Nines.Testing;

namespace Nines.Response.Tests.StatusPage;

public sealed partial class PageMarkdownTests
{
    [Fact]
    public void Emphasis_lists_and_links_become_html() =>
        Assert.Equal(
            "<p>A <em>disk</em> is <strong>full</strong>, see <a href=\"https://example.org/a?b=1&amp;c=2\" rel=\"nofollow noopener noreferrer\">here</a>.</p>\n<ul>\n<li>one</li>\n</ul>\n",
            PageMarkdown.ToHtml("A *disk* is **full**, see [here](https://example.org/a?b=1&c=2 \"title\").\n\n- one"));

    [Theory]
    [InlineData("<script>alert(1)</script>")]
    [InlineData("[x](javascript:alert(1))")]
    [InlineData("[x](JaVaScRiPt:alert(1))")]
    [InlineData("[x](data:text/html;base64,PHN2Zz4=)")]
    [InlineData("[x](//evil.example/)")]
    [InlineData("![x](https://evil.example/pixel.png)")]
    [InlineData("<javascript:alert(1)>")]
    [InlineData("[x][r]\n\n[r]: vbscript:x")]
    [InlineData("<img src=x onerror=alert(1)>")]
    [InlineData("<https://a.example/\" onmouseover=\"x>")]
    [InlineData("# Heading\n\n<style>p{}</style>")]
    public void What_could_do_harm_is_shown_as_text(string markdown) => Assert.Matches(Harmless(), PageMarkdown.ToHtml(markdown));

    [Fact]
    public void Whatever_is_written_the_html_has_only_the_elements_and_attributes_of_the_subset()
    {
        var pieces = new[] { "<", ">", "\"", "'", "[", "]", "(", ")", "!", "`", "*", "_", "&", "&lt;", "javascript:", "https://a.b/", "onclick=", "script", "\n", "\n\n", "- ", "> ", "    ", "1. ", "\\", "x", "<a href=", "mailto:a@b.c", "#", "---", "http://", "\0", "é" };
        Prop.ForAll(Gen.ArrayOf(Gen.Elements(pieces)).ToArbitrary(), some =>
        {
            var text = string.Concat(some);
            if (text.Contains('\0')) return;
            Assert.Matches(Harmless(), PageMarkdown.ToHtml(text));
        }).Check(SameDraws.Config.WithMaxTest(2_000));
    }

    [Fact]
    public void What_is_escaped_comes_out_as_it_was() =>
        Prop.ForAll(Gen.ArrayOf(Gen.Elements("ab *_`[](){}<>&#+-.!|~\\:/%,±–ß1".ToCharArray())).ToArbitrary(), some =>
        {
            var text = string.Join(' ', new string(some).Split(' ', StringSplitOptions.RemoveEmptyEntries));
            Assert.Equal(text, PageMarkdown.ToText(PageMarkdown.Escape(text)));
        }).Check(SameDraws.Config.WithMaxTest(2_000));

    [Fact]
    public void Too_long_empty_or_too_deep_is_refused_with_a_reason()
    {
        Assert.Contains("10,001 characters", PageMarkdown.ProblemOf(new string('x', 10_001)), StringComparison.Ordinal);
        Assert.Equal("it is empty", PageMarkdown.ProblemOf(" \n"));
        Assert.Contains("character 2 is U+0007, which nobody sees", PageMarkdown.ProblemOf("a\u0007"), StringComparison.Ordinal);
        Assert.Contains("character 2 is U+202E, which turns the text around it", PageMarkdown.ProblemOf("a&#x202E;b"), StringComparison.Ordinal);
        Assert.Equal("ab", PageMarkdown.ToText("a&#x202E;b"));
        Assert.Equal("<p>ab</p>\n", PageMarkdown.ToHtml("a&#x202E;b"));
        Assert.Contains("cannot be shown", PageMarkdown.ProblemOf(string.Concat(Enumerable.Repeat("> ", 4_000)) + "x"), StringComparison.Ordinal);
        Assert.Null(PageMarkdown.ProblemOf("Fine."));
    }

    [GeneratedRegex("""\A(?:[^<>]|</?(?:p|em|strong|ul|ol|li|blockquote|pre|code)>|<ol start="[0-9]+">|<(?:br|hr) />|</a>|<a href="(?:https?:|mailto:)[^"<>]*"(?: rel="nofollow noopener noreferrer")?>)*\z""")]
    private static partial Regex Harmless();
}
