using System.Text;
using System.Text.RegularExpressions;
using Nines.Response.StatusPage;
using static Nines.Response.Tests.StatusPage.PublicScene;

namespace Nines.Response.Tests.StatusPage;

public sealed class PageTextsTests
{
    [Fact]
    public void Every_shipped_language_has_every_text_with_the_same_holes()
    {
        foreach (var language in PageTexts.Shipped)
        {
            var texts = PageTexts.Find(language)!;
            Assert.Equal(language, texts.Language);
            Assert.Equal(PageTexts.English.Keys, texts.Keys);
            foreach (var key in texts.Keys) Assert.Equal(HolesIn(PageTexts.English[key]), HolesIn(texts[key]));
            Assert.Equal((12, 7), (texts["months"].Split(' ').Length, texts["weekdays"].Split(' ').Length));
        }
    }

    [Fact]
    public void In_German_the_page_speaks_German()
    {
        var scene = new PublicScene().Revise(105, TheWeb, SoftDown(100, "int-web-7f-1")).Revise(405, TheWeb, Up(402));
        scene.Options = scene.Options with { Texts = PageTexts.Find("de")! };
        var page = scene.Page(460);
        Assert.Equal("Shop: nicht verfügbar", page.Incidents[0].Name);
        Assert.Equal("Unsere Überwachung sieht, dass Shop nicht benutzbar ist, seit 21. November 2026, 10:01:42 UTC ± 2 s.", PageMarkdown.ToText(page.Incidents[0].Updates[0].Body));
        Assert.Matches("^[0-9]+,[0-9]{3} %$", PageWords.Uptime(page.Components[0].Uptime, scene.Options));
    }

    [Fact]
    public void A_language_of_ones_own_stands_on_English()
    {
        var texts = PageTexts.Read("""{"language":"fr","state.operational":"En service","names.and":"{names} et {last}"}"""u8, out var problems);
        Assert.Empty(problems);
        Assert.Equal(("fr", "En service", "Degraded performance"), (texts!.Language, texts["state.operational"], texts["state.degraded"]));
        Assert.Equal("fr", texts.LanguageName); // and never English's
    }

    [Theory]
    [InlineData(59, "less than 1 min", "unter 1 min")]
    [InlineData(7_519, "2 h 5 min", "2 h 5 min")]
    [InlineData(86_400, "24 h", "24 h")]
    [InlineData(172_799, "47 h 59 min", "47 h 59 min")]
    [InlineData(172_800, "2 days", "2 Tage")]
    [InlineData(7_775_999, "89.9 days", "89,9 Tage")]
    public void A_length_is_said_as_people_say_it_and_never_longer_than_it_is(long seconds, string english, string german)
    {
        Assert.Equal(english, PageWords.Span(NodaTime.Duration.FromSeconds(seconds), PageTexts.English));
        Assert.Equal(german, PageWords.Span(NodaTime.Duration.FromSeconds(seconds), PageTexts.Find("de")!));
    }

    [Theory]
    [InlineData("""{"language":"fr","state.operatonal":"x"}""", "There is no text 'state.operatonal'. Did you mean 'state.operational'?")]
    [InlineData("""{"language":"fr","state.operational":""}""", "'state.operational' is empty, or longer than 1,000 characters.")]
    [InlineData("""{"language":"fr","incident.name":"{component}"}""", "'incident.name' has {component}, which nothing fills. It can have {components}.")]
    [InlineData("""{"state.operational":"x"}""", "It does not say its language: \"language\": \"fr\".")]
    [InlineData("""{"language":"<b>"}""", "'<b>' is no language tag such as fr or pt-BR.")]
    [InlineData("""{"language":"fr","months":"a b"}""", "'months' has twelve names with spaces between them.")]
    [InlineData("""{"language":"fr","weekdays":"a b"}""", "'weekdays' has seven names with spaces between them, Monday first.")]
    [InlineData("""["x"]""", "It is no JSON object of texts:")]
    public void A_file_of_texts_with_a_mistake_is_refused_with_a_reason(string json, string problem)
    {
        Assert.Null(PageTexts.Read(Encoding.UTF8.GetBytes(json), out var problems));
        Assert.StartsWith(problem, Assert.Single(problems), StringComparison.Ordinal);
    }

    private static IEnumerable<string> HolesIn(string text) => Regex.Matches(text, @"\{[a-z_]+\}").Select(match => match.Value).Order(StringComparer.Ordinal);
}
